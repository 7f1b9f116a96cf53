import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { CHECKED, FINDINGS } from '../support/everyAnswer.ts';
import { assertNoKey, KEY } from '../support/key.ts';
import { temporaryFolder } from '../support/temporary.ts';

export const BIN = fileURLToPath(new URL('../../lib/cli/bin.ts', import.meta.url));

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcessWithoutNullStreams;
  /** Resolves with the first line of stdout or stderr that matches. */
  line(pattern: RegExp): Promise<string>;
  ended: Promise<Outcome>;
}

/** Undefined takes a variable away. */
type Environment = Record<string, string | undefined>;

export interface StartOptions {
  env?: Environment;
  input?: string;
  program?: string;
  /** What starts it in another place, such as `ip netns exec NAME`. */
  within?: readonly string[];
}

export interface CommandLine extends AsyncDisposable {
  /** The current folder of the commands. */
  cwd: string;
  environment: Record<string, string>;
  start(args: readonly string[], options?: StartOptions): Running;
  run(args: readonly string[], options?: { env?: Environment; input?: string }): Promise<Outcome>;
}

/** The real command line in child processes, with folders and an environment of its own; it shows its key nowhere. */
export async function openCommandLine(settings: Record<string, string> = {}): Promise<CommandLine> {
  const folder = await temporaryFolder({ mayHoldKey: [path.join('here', '.env')] });
  const findings = path.join(folder.path, 'findings');
  const cwd = path.join(folder.path, 'here');
  await mkdir(cwd);
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: folder.path,
    VIDEO_STATE: path.join(folder.path, 'state'),
    VIDEO_WORKSPACE: path.join(folder.path, 'videos'),
    VIDEO_POLL_MS: '200',
    VIDEO_PROFILE: '{"defaultSeconds":4}',
    VIDEO_API_KEY: KEY,
    AGENT_API_KEY: KEY,
    [FINDINGS]: findings,
    ...settings,
  };
  const running = new Set<Running>();
  const start: CommandLine['start'] = (args, { env = {}, input = '', program = BIN, within = [] } = {}) => {
    const [command = '', ...words] = [...within, process.execPath, ...CHECKED, program, ...args];
    const child = spawn(command, words, { cwd, env: { ...environment, ...env } });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const ended = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]).then(
      ([[code], stdout, stderr]): Outcome => {
        assertNoKey(`the output of ${args.join(' ')}`, stdout + stderr);
        return { code: typeof code === 'number' ? code : null, stdout, stderr };
      },
    );
    const begun: Running = { child, ended, line: (pattern) => lineOf(child, ended, pattern) };
    running.add(begun);
    ended.finally(() => running.delete(begun)).catch(() => undefined);
    return begun;
  };
  return {
    cwd,
    environment,
    start,
    run: (args, options) => start(args, options).ended,
    async [Symbol.asyncDispose]() {
      for (const { child } of running) child.kill('SIGKILL');
      await Promise.all([...running].map(({ ended }) => ended));
      const wrong = existsSync(findings) ? readFileSync(findings, 'utf8') : '';
      await folder[Symbol.asyncDispose]();
      assert.equal(wrong, '', 'answers of a studio that are not as described');
    },
  };
}

function lineOf(child: ChildProcessWithoutNullStreams, ended: Promise<Outcome>, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        if (pattern.test(line)) resolve(line);
      });
    }
    ended.then((outcome) => reject(new Error(`Ended without ${pattern}: ${JSON.stringify(outcome)}`)), reject);
  });
}

export interface Job {
  id: string;
  /** Of its clip in the ledger, where a command tells it. */
  key?: string;
  status: string;
  seconds?: string;
  size?: string;
}

export interface File {
  path: string;
  bytes: number;
  sha256: string;
  content_type: string;
}

export interface Document {
  jobs?: Job[];
  files?: File[];
  published?: (File & { url: string; key: string; poster_url?: string; sidecar_url?: string })[];
  clips?: { key: string; state: string; request: { parameters: { prompt: string } } }[];
  orphans?: { jobId: string }[];
  deleted?: string[];
  error?: { code: string; message: string; job_id?: string };
  text?: string;
  tool_calls?: { name: string; ok: boolean; ms: number }[];
  model?: string;
  session?: string;
}

/** What stands on stdout, which must be one JSON document and nothing else. */
export function documentOf({ stdout }: Pick<Outcome, 'stdout'>): Document {
  return JSON.parse(stdout);
}
