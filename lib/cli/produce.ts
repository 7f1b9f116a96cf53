import type { Command } from 'commander';
import type { PublishedFile } from '../../types/cdn.ts';
import type { Clip } from '../../types/ledger.ts';
import type { JobView } from '../../types/tool.ts';
import { VideoToolsetError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { type ClipOptions, clipArguments, withClipOptions } from './create.ts';
import { type Invocation, invoke } from './invocation.ts';
import { exitCodeOf, jsonOf, print, printError, printJson, withAbsolutePaths } from './output.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

export function registerProduce(program: Command): void {
  withClipOptions(program.command('produce [prompt]'))
    .description('make one clip and publish it, or --resume')
    .option('--timeout <seconds>', 'return after this time; the work can be gone on with')
    .option('--resume', 'finish every clip of this workspace that was begun')
    .option('--all', 'with --resume: of every workspace')
    .action((prompt: string | undefined, options, command: Command) =>
      invoke(command, (invocation) => {
        if (options.resume === true) return resumeAll(invocation, options);
        if (prompt === undefined) throw nothingWanted();
        return produceOne(prompt, options, invocation);
      }),
    );
}

async function produceOne(
  prompt: string,
  options: ClipOptions & { timeout?: string },
  invocation: Invocation,
): Promise<number> {
  const { runtime, json, progress, signal, approve } = invocation;
  const { session, timeout } = options;
  const result = await runtime.everyTool.call(
    'video_produce',
    { ...clipArguments(prompt, options), ...(timeout !== undefined && { max_seconds: timeout }) },
    { signal, progress: progress.report, ...(approve && { approve }), ...(session !== undefined && { session }) },
  );
  progress.end();
  const { published = [], jobs = [], error, next_step } = result.data;
  if (json) printJson({ ...jsonOf(result, runtime.workspace), published: absolute(published, runtime), jobs });
  if (error !== undefined) {
    printError(error);
    return signal.aborted ? 130 : exitCodeOf(error.code);
  }
  if (!json) for (const { url } of published) print(`${url}\n`);
  progress.note(result.summary);
  if (next_step === undefined) return 0;
  progress.note('Go on with: video-toolset produce --resume');
  return 4;
}

async function resumeAll(invocation: Invocation, options: { all?: boolean; timeout?: string }): Promise<number> {
  const { runtime, json, progress, signal } = invocation;
  const [{ FLEET }, { resume }, { openRuntime }, { clipView }, { notMade }] = await Promise.all([
    import('../production/services.ts'),
    import('../production/resume.ts'),
    import('../runtime.ts'),
    import('../tools/clips.ts'),
    import('../tools/notMade.ts'),
  ]);
  const ledger = await runtime.ledger();
  const here = runtime.workspace.root;
  const filter = { isOpen: true, limit: 100_000, ...(options.all !== true && { workspace: here }) };
  // A fleet has workers of its own.
  const open = (await ledger.list(filter)).filter(({ workspace }) => workspace !== FLEET);
  const limitMs = options.timeout === undefined ? runtime.config.waitLimitMs : 1_000 * Number(options.timeout);
  if (!(limitMs > 0)) throw new VideoToolsetError('invalid_argument', '--timeout must be a number of seconds.');
  const finished: PublishedFile[] = [];
  const jobs: JobView[] = [];
  let exitCode = 0;
  for (const [workspace, clips] of Map.groupBy(open, (clip) => clip.workspace)) {
    const owner = workspace === here ? runtime : openRuntime({ ...invocation.options, workspace });
    try {
      for (const { clip, outcome, error } of await resume(clips, owner, {
        signal,
        limitMs,
        progress: progress.report,
      })) {
        progress.end();
        const last = outcome?.clip ?? clip;
        jobs.push(clipView(last));
        const { published } = outcome ?? {};
        if (published !== undefined) {
          finished.push(...absolute([published], owner));
          if (!json) print(`${published.url}\n`);
          continue;
        }
        const isOver = outcome?.isSettled === true;
        const failure = error ?? (isOver ? notMade(last) : undefined);
        if (failure !== undefined) printError(failure.report());
        else progress.note(`The clip ${last.key} is not finished yet: it is ${last.state}.`);
        const code = failure === undefined ? 4 : exitCodeOf(failure.code);
        exitCode = exitCode === 0 || exitCode === 4 ? code : exitCode;
      }
    } finally {
      if (owner !== runtime) await owner.close();
    }
  }
  const told = new Set(jobs.map(({ key }) => key));
  const earlier = (await ledger.list({ limit: 100_000, ...(options.all !== true && { workspace: here }) })).filter(
    (clip) => isRecent(clip) && !told.has(clip.key),
  );
  for (const clip of earlier) jobs.push(clipView(clip));
  if (json) printJson({ published: [...finished, ...earlier.flatMap((clip) => publishedOf(clip, runtime))], jobs });
  else if (open.length === 0) progress.note(`Nothing is open here. Published within the last day: ${earlier.length}.`);
  if (exitCode === 4) progress.note('Go on with: video-toolset produce --resume');
  return signal.aborted ? 130 : exitCode;
}

/** What an earlier run had finished is in the document, too: it may not have lived to tell. */
function isRecent({ state, updatedAt }: Clip): boolean {
  return state === 'published' && Date.now() - updatedAt < DAY_MS;
}

function publishedOf({ published, workspace }: Clip, runtime: Runtime): PublishedFile[] {
  if (published === undefined) return [];
  return workspace === runtime.workspace.root ? absolute([published], runtime) : [published];
}

function absolute(published: readonly PublishedFile[], { workspace }: Runtime): PublishedFile[] {
  return withAbsolutePaths(published, workspace);
}

function nothingWanted(): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', 'What should be made? Give a prompt in quotes, or --resume.');
}
