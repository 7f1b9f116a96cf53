import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { Options } from '../../types/config.ts';
import type { ApprovalRequest, ToolContext, ToolResult } from '../../types/tool.ts';
import { toToolsetError, VideoToolsetError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { ask } from './ask.ts';
import { exitCodeOf, jsonOf, print, printError, printJson } from './output.ts';
import { createProgress, type Progress } from './progress.ts';

const LONGEST_INTERVAL_MS = 2 ** 31 - 1;

/** One run of a command: its configuration opened, its switches read, Ctrl-C turned into a signal. */
export interface Invocation {
  /** As the command line set them. */
  options: Options;
  runtime: Runtime;
  json: boolean;
  quiet: boolean;
  progress: Progress;
  signal: AbortSignal;
  approve: Approve | undefined;
  /** The same for the turn of an agent: its end takes its questions back, and Ctrl-C at one of them ends it. */
  approveInTurn(signal: AbortSignal, onInterrupt: () => void): Approve | undefined;
  /** What Ctrl-C does. */
  interrupt(): void;
}

type Approve = NonNullable<ToolContext['approve']>;

/** Opens what a command needs, runs it, sets the exit code it returns, and closes everything whatever happens. */
export async function invoke(command: Command, run: (invocation: Invocation) => Promise<number>): Promise<void> {
  const { json = false, quiet = false, yes = false, ...settings } = command.optsWithGlobals();
  const options = optionsOf(settings);
  const { openRuntime } = await import('../runtime.ts');
  const opened = openRuntime(options);
  const runtime =
    settings.fleet === undefined ? opened : (await import('../production/fleet/fleet.ts')).inFleet(opened);
  const progress = createProgress({ quiet });
  const interruption = interruptible();
  // Of what a command waits for, some does not keep a process alive, such as a tool of a user's that never answers.
  const alive = setInterval(() => undefined, LONGEST_INTERVAL_MS);
  try {
    process.exitCode = await run({
      options,
      runtime,
      json,
      quiet,
      progress,
      signal: interruption.signal,
      approve: approver(yes, progress, { signal: interruption.signal }),
      approveInTurn: (signal, onInterrupt) => approver(yes, progress, { signal, onInterrupt }),
      interrupt: interruption.interrupt,
    });
  } finally {
    clearInterval(alive);
    progress.end();
    interruption.release();
    // What was reached stands, and was told: an end that fails does not change it.
    await runtime.close().catch((error) => printError(toToolsetError(error).report()));
  }
}

/** Runs one tool as a command: progress on stderr, the result on stdout. */
export function invokeTool(
  command: Command,
  tool: string,
  argumentsOf: (invocation: Invocation) => Record<string, unknown>,
  textOf: (result: ToolResult, invocation: Invocation) => string,
  session?: string,
): Promise<void> {
  return invoke(command, async (invocation) => {
    const { runtime, json, progress, signal, approve } = invocation;
    const context: ToolContext = {
      signal,
      progress: (report) => progress.report(report),
      ...(approve && { approve }),
      ...(session !== undefined && { session }),
    };
    const result = await runtime.everyTool.call(tool, argumentsOf(invocation), context);
    progress.end();
    if (json) printJson(jsonOf(result, runtime.workspace));
    if (result.data.error !== undefined) {
      printError(result.data.error);
      return signal.aborted ? 130 : exitCodeOf(result.data.error.code);
    }
    if (!json) print(`${textOf(result, invocation)}\n`);
    return exitCodeOfJobs(result);
  });
}

/** A path as typed in the current folder, or else one of the workspace. */
export function typedPath(name: string): string {
  return existsSync(name) ? path.resolve(name) : name;
}

export function exitCodeOfJobs({ data }: ToolResult): number {
  const jobs = data.jobs ?? [];
  return jobs.some(({ status }) => ['failed', 'cancelled', 'expired'].includes(status)) ? 1 : 0;
}

export function optionsOf(settings: Record<string, unknown>): Options {
  const { workspace, baseUrl, fleet } = settings;
  return {
    ...(typeof workspace === 'string' && { workspace }),
    ...(typeof baseUrl === 'string' && { baseUrl }),
    ...(typeof fleet === 'string' && { ledger: fleet }),
  };
}

/** The first Ctrl-C asks for an orderly end, the second ends at once. */
export function interruptible(): { signal: AbortSignal; interrupt(): void; release(): void } {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    signal: controller.signal,
    interrupt,
    release() {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}

function approver(
  yes: boolean,
  progress: Progress,
  { signal, onInterrupt }: { signal: AbortSignal; onInterrupt?: () => void },
): Approve | undefined {
  if (yes) return async () => true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return ({ question }: ApprovalRequest) =>
    progress.during(async () => {
      const answer = await ask(`${question} [y/N] `, signal, onInterrupt);
      // Who stops a turn has refused nothing: it is asked again where the turn is gone on with.
      if (onInterrupt !== undefined && signal.aborted) throw stoppedAtQuestion();
      return /^y(es)?$/i.test(answer ?? '');
    });
}

function stoppedAtQuestion(): VideoToolsetError {
  return new VideoToolsetError('aborted', 'Stopped before the question was answered: nothing was done.', {
    retryable: true,
    next_step: 'The same call asks again.',
  });
}
