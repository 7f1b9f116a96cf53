import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { StoryboardPlan } from '../../types/storyboard.ts';
import { VideoToolsetError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { type Invocation, invoke } from './invocation.ts';
import { print, printJson } from './output.ts';
import { type FleetSettings, requireFleetOrNot, runFleetOnTerminal } from './storyboardFleet.ts';
import { numberOf, type RunSettings, runOnTerminal } from './storyboardRun.ts';
import { showAll, showOne } from './storyboardStatus.ts';

export function registerStoryboard(program: Command): void {
  const storyboard = program.command('storyboard').description('many shots, and the film of them');
  withRunOptions(storyboard.command('run <file>'))
    .description('make every shot of a storyboard (YAML or JSON) once, and the film; run again, it goes on')
    .option('--dry-run', 'print the requests, and send nothing')
    .action((file: string, settings: Settings & { dryRun?: boolean }, command: Command) =>
      invoke(command, async (invocation) => {
        requireFleetOrNot(settings, invocation);
        const plan = await planOf(file, invocation.runtime);
        if (settings.dryRun) return await dryRun(plan, invocation);
        return await runAnywhere(() => note(plan, settings, invocation), settings, agreed(invocation));
      }),
    );
  storyboard
    .command('check <file>')
    .description('is it in order, what will it cost and how long will it take? Nothing is sent')
    .option('--fleet <postgres>', 'made by the machines that meet in this database')
    .action((file: string, _settings, command: Command) =>
      invoke(command, async (invocation) => check(await planOf(file, invocation.runtime), invocation)),
    );
  storyboard
    .command('status [file|id]')
    .description('how far it is, and every shot; without a name: the storyboards of this workspace')
    .option('--fleet <postgres>', 'of the machines that meet in this database')
    .action((name: string | undefined, _settings, command: Command) =>
      invoke(command, async (invocation) =>
        name === undefined ? showAll(invocation) : showOne(await idOf(name, invocation.runtime), invocation),
      ),
    );
  withRunOptions(storyboard.command('resume <file|id>'))
    .description('go on with a storyboard as it was last run')
    .action((name: string, settings: Settings, command: Command) =>
      invoke(command, async (invocation) => {
        requireFleetOrNot(settings, invocation);
        return await runAnywhere(() => idOf(name, invocation.runtime), settings, invocation);
      }),
    );
  withRunOptions(storyboard.command('retry <file|id>'))
    .description('make shots that failed anew, and pay for them')
    .requiredOption('--failed', 'every shot that failed')
    .action((name: string, settings: Settings, command: Command) =>
      invoke(command, async (invocation) => {
        requireFleetOrNot(settings, invocation);
        return await runAnywhere(() => letRetry(name, settings, invocation), settings, agreed(invocation));
      }),
    );
}

type Settings = RunSettings & FleetSettings;

/** @param written writes down what is to be made: the last thing that is done before others may begin it. @returns its id */
function runAnywhere(written: () => Promise<string>, settings: Settings, invocation: Invocation): Promise<number> {
  const run = settings.fleet === undefined ? runOnTerminal : runFleetOnTerminal;
  return run(written, settings, invocation);
}

/** How a person is asked for all that is to be made. */
function agreementOf({ fleet, concurrency, window }: Settings, { approve }: Invocation) {
  const atOnce =
    fleet === undefined ? numberOf('--concurrency', concurrency, 1_000) : numberOf('--window', window, 100_000);
  return { concurrency: atOnce, ...(approve && { approve }) };
}

/** A person is asked once. */
function agreed(invocation: Invocation): Invocation {
  return { ...invocation, approve: async () => true };
}

function withRunOptions(command: Command): Command {
  return command
    .option('--concurrency <n>', 'shots at work at once; 4 if left out, the cores for the studio')
    .option('--fail-fast', 'begin no other shot once one has failed')
    .option('--timeout <seconds>', 'return after this time; the work can be gone on with')
    .option('--fleet <postgres>', 'let the workers make it that meet in this database: postgres://USER@HOST/DATABASE')
    .option('--window <n>', 'with --fleet: jobs that may be open at the server at once, over all machines')
    .option('--detach', 'with --fleet: return at once');
}

async function planOf(file: string, runtime: Runtime): Promise<StoryboardPlan> {
  const [{ loadStoryboard }, { storyboardFile }] = await Promise.all([
    import('../production/storyboard/load.ts'),
    import('../production/storyboard/storyboardFile.ts'),
  ]);
  return await loadStoryboard(await storyboardFile(file), runtime);
}

/** The storyboard that a file is about, whatever has become of its shots, or that has this id. */
async function idOf(name: string, runtime: Runtime): Promise<string> {
  if ((await (await runtime.ledger()).storyboards.get(name)) !== undefined) return name;
  if (existsSync(name)) {
    const [{ readDocument }, { idOf: idOfTitle }, { ownerOf }, { storyboardFile }] = await Promise.all([
      import('../production/storyboard/document.ts'),
      import('../production/storyboard/load.ts'),
      import('../production/services.ts'),
      import('../production/storyboard/storyboardFile.ts'),
    ]);
    const { text, name: shown } = await storyboardFile(name);
    const { title } = (await readDocument(text, shown)).document;
    return idOfTitle(title, ownerOf(runtime), runtime.server);
  }
  throw new VideoToolsetError('not_found', `There is no storyboard and no file ${JSON.stringify(name)}.`, {
    next_step: 'See the storyboards of this workspace with: video-toolset storyboard status',
  });
}

/** Writes it down, and says what of it is new. */
async function note(plan: StoryboardPlan, settings: Settings, invocation: Invocation): Promise<string> {
  const { runtime, progress } = invocation;
  const { planStoryboard } = await import('../production/storyboard/runStoryboard.ts');
  const before = (await (await runtime.ledger()).storyboards.get(plan.id))?.file ?? plan.file;
  const { kept, wanted, dropped } = await planStoryboard(plan, runtime, agreementOf(settings, invocation));
  if (before !== plan.file)
    progress.note(`A storyboard of this title was run from ${before}: this one takes its place.`);
  if (kept > 0)
    progress.note(`Of ${plan.shots.length} shots ${kept} have their clip, ${wanted.length} are to be made.`);
  if (dropped.length > 0)
    progress.note(
      `Clips that no shot wants any more: ${dropped.length}. They are in the ledger, and what is made is not lost.`,
    );
  return plan.id;
}

async function letRetry(name: string, settings: Settings, invocation: Invocation): Promise<string> {
  const { runtime, progress } = invocation;
  const { retryFailed } = await import('../production/storyboard/runStoryboard.ts');
  const id = await idOf(name, runtime);
  const shots = await retryFailed(id, runtime, agreementOf(settings, invocation));
  progress.note(shots === 0 ? 'No shot has failed.' : `Failed shots that are made anew: ${shots}.`);
  return id;
}

async function check(plan: StoryboardPlan, { runtime, json }: Invocation): Promise<number> {
  const [{ estimateOfPlan }, { estimateText }] = await Promise.all([
    import('../production/storyboard/runStoryboard.ts'),
    import('../production/storyboard/estimateText.ts'),
  ]);
  const estimate = await estimateOfPlan(plan, runtime);
  const { id, title, shots, output } = plan;
  if (json) printJson({ storyboard: id, title, shots: shots.length, output, estimate });
  else print(`${title} (${id}) is in order: ${shots.length} shots. To be made: ${estimateText(estimate)}.\n`);
  return 0;
}

async function dryRun(plan: StoryboardPlan, { runtime, json }: Invocation): Promise<number> {
  const { previews } = await import('../production/storyboard/preview.ts');
  const all = new Map(plan.shots.map((shot) => [shot.id, shot]));
  const { wanted } = await (await runtime.ledger()).storyboards.preview(plan);
  const shots = wanted.flatMap((id) => all.get(id) ?? []);
  const requests: unknown[] = [];
  for await (const { id, path, fields, price } of previews(shots, all, runtime)) {
    if (json) requests.push({ shot: id, method: 'POST', path, fields, price });
    else print(`${id}: POST ${path} ${JSON.stringify(fields)}\n`);
  }
  if (json) printJson({ storyboard: plan.id, title: plan.title, requests });
  return 0;
}
