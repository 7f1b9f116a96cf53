import { availableParallelism } from 'node:os';
import type { Film, PlanChanges, Shot, Storyboard, StoryboardPlan } from '../../../types/storyboard.ts';
import type { Profile } from '../../api/profiles.ts';
import { toToolsetError, VideoToolsetError } from '../../errors.ts';
import { noSuchStoryboard } from '../../ledger/storyboards.ts';
import { FLEET, ownerOf, type ProductionServices } from '../services.ts';
import { requireBoardApproval } from './approval.ts';
import { writeContactSheet } from './contactSheet.ts';
import { type Estimate, estimate } from './estimate.ts';
import { makeFilm } from './film.ts';
import { sweepParts } from './keep.ts';
import { writeManifest } from './manifest.ts';
import { type RunEnd, type RunOptions, runShots } from './runShots.ts';
import { type Totals, totalsOf } from './totals.ts';
import { allShots } from './views.ts';

/** Shots at once, where nobody says: more would be refused, or wait, on most servers. */
const USUAL_CONCURRENCY = 4;

export type StoryboardOptions = Omit<RunOptions, 'concurrency'> & {
  /** Shots at work at once. @default 4; the cores for the studio */
  concurrency?: number | undefined;
  /** Called before anything is sent: what is still to be made, and how many shots are not at their end. */
  onBegin?: ((wanted: Estimate, open: number) => void) | undefined;
};

export interface StoryboardRun extends RunEnd, Finished {
  board: Storyboard;
}

/** What a storyboard came to. */
export interface Finished {
  totals: Totals;
  film?: Film;
  /** Why there is no film of it, though all shots are there. */
  filmError?: VideoToolsetError;
  /** Paths in the workspace. */
  manifest: string;
  contact_sheet: string;
}

type Agreement = Pick<StoryboardOptions, 'concurrency' | 'approve'>;

/**
 * Writes a storyboard down, or what another version of it changed. A person is asked before: whoever is at work on it
 * already, here or on another machine, begins what he finds written.
 * @throws VideoToolsetError `not_approved`, or for what its server, or this machine, cannot do: nothing is written then
 */
export async function planStoryboard(
  plan: StoryboardPlan,
  services: ProductionServices,
  { concurrency, approve }: Agreement = {},
): Promise<PlanChanges> {
  const { storyboards } = await services.ledger();
  await services.workspace.requireWritable();
  const wanted = await estimateOfPlan(plan, services, concurrency);
  await requireBoardApproval(plan.title, wanted, services.config, approve);
  return await storyboards.plan(plan);
}

/**
 * Lets every failed shot be made anew, once a person agreed to what that costs. @returns how many
 * @throws VideoToolsetError like {@link runStoryboard}: nothing is let be made anew then
 */
export async function retryFailed(
  id: string,
  services: ProductionServices,
  { concurrency, approve }: Agreement = {},
): Promise<number> {
  const { title } = await boardHere(id, services);
  const wanted = await estimateOf(id, services, { concurrency, withFailed: true });
  await requireBoardApproval(title, wanted, services.config, approve);
  return await (await services.ledger()).storyboards.retryFailed(id);
}

/**
 * Carries a storyboard that is written down as far as it goes: its shots, then the film, the manifest and the contact sheet.
 * A person is asked once for all, not for every shot.
 * @throws VideoToolsetError `not_found`, `invalid_argument` for one of another workspace or server, `not_approved`
 */
export async function runStoryboard(
  id: string,
  services: ProductionServices,
  options: StoryboardOptions = {},
): Promise<StoryboardRun> {
  const { approve: _, onBegin: __, ...rest } = options;
  const { board, concurrency } = await beginStoryboard(id, services, options);
  const end = await runShots(id, services, { ...rest, concurrency, approve: async () => true });
  return { board, ...end, ...(await finishStoryboard(id, services, options.signal)) };
}

/** All that comes before the first shot: may it be made here, what will it cost, does a person agree? */
export async function beginStoryboard(
  id: string,
  services: ProductionServices,
  { concurrency, approve, onBegin }: Pick<StoryboardOptions, 'concurrency' | 'approve' | 'onBegin'>,
): Promise<{ board: Storyboard; concurrency: number }> {
  const [{ profile }, { storyboards }] = await Promise.all([services.api(), services.ledger()]);
  const board = await boardHere(id, services);
  await services.workspace.requireWritable();
  const atOnce = concurrency ?? usualConcurrency(profile);
  const wanted = await estimateOf(id, services, { concurrency: atOnce });
  await requireBoardApproval(board.title, wanted, services.config, approve);
  onBegin?.(wanted, openOf(await storyboards.counts(id)));
  return { board, concurrency: atOnce };
}

/**
 * What is still to be made of a storyboard.
 * @param withFailed were they let be made anew @default false
 * @throws VideoToolsetError for what its server, or this machine, cannot do
 */
export async function estimateOf(
  id: string,
  services: ProductionServices,
  { concurrency, withFailed = false }: { concurrency?: number | undefined; withFailed?: boolean } = {},
): Promise<Estimate> {
  const { profile } = await services.api();
  const all = new Map<string, Pick<Shot, 'id' | 'request'>>();
  const wanted: Pick<Shot, 'id' | 'request'>[] = [];
  for await (const { id: shot, request, stage, clip } of allShots(id, services)) {
    all.set(shot, { id: shot, request });
    const isWanted = stage === 'failed' ? withFailed : clip === undefined;
    if (isWanted) wanted.push({ id: shot, request });
  }
  return await estimate(wanted, all, services, concurrency ?? usualConcurrency(profile));
}

/** The same of one that is not written down, or in another version. */
export async function estimateOfPlan(
  plan: StoryboardPlan,
  services: ProductionServices,
  concurrency?: number,
): Promise<Estimate> {
  const [{ profile }, { storyboards }] = await Promise.all([services.api(), services.ledger()]);
  const all = new Map(plan.shots.map((shot) => [shot.id, shot]));
  const { wanted } = await storyboards.preview(plan);
  const shots = wanted.flatMap((id) => all.get(id) ?? []);
  return await estimate(shots, all, services, concurrency ?? usualConcurrency(profile));
}

/** Makes the film, where all of its shots are there, and writes down what the storyboard came to. It may be called at any time. */
export async function finishStoryboard(
  id: string,
  services: ProductionServices,
  signal?: AbortSignal,
): Promise<Finished> {
  const { storyboards } = await services.ledger();
  const board = await storyboards.get(id);
  if (board === undefined) throw noSuchStoryboard(id);
  let filmError: VideoToolsetError | undefined;
  const film = signal?.aborted
    ? undefined
    : await makeFilm(board, services, signal).catch((error) => {
        filmError = toToolsetError(error);
        return undefined;
      });
  const totals = await totalsOf(id, services);
  const { film: _, ...rest } = board;
  const told = { ...rest, ...(film && { film }) };
  const manifest = await writeManifest(told, totals, services);
  const contact_sheet = await writeContactSheet(told, totals, services);
  await sweepParts(services.workspace);
  return { totals, ...(film && { film }), ...(filmError && { filmError }), manifest, contact_sheet };
}

function openOf({ published: _, failed: __, ...open }: Totals['states']): number {
  return Object.values(open).reduce((sum, count) => sum + count, 0);
}

function usualConcurrency({ name }: Profile): number {
  return name === 'studio' ? availableParallelism() : USUAL_CONCURRENCY;
}

/** @throws VideoToolsetError `not_found`, `invalid_argument` for one of another workspace or server */
async function boardHere(id: string, services: ProductionServices): Promise<Storyboard> {
  const board = await (await services.ledger()).storyboards.get(id);
  if (board === undefined) throw noSuchStoryboard(id);
  requireItsPlace(board, services);
  return board;
}

/** Its files lie in its workspace, and its jobs on its server. */
function requireItsPlace({ id, server, workspace }: Storyboard, services: ProductionServices): void {
  if (server !== services.server)
    throw elsewhere(
      id,
      `another server (${server})`,
      server === 'studio' ? 'no VIDEO_BASE_URL' : `VIDEO_BASE_URL=${server}`,
    );
  if (workspace === ownerOf(services)) return;
  if (workspace === FLEET) throw elsewhere(id, 'the fleet', '--fleet');
  throw elsewhere(id, `another workspace (${workspace})`, `--workspace ${workspace}`);
}

function elsewhere(id: string, place: string, setting: string): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', `The storyboard ${id} belongs to ${place}: nothing was sent.`, {
    next_step: `Go on with it with ${setting}.`,
  });
}
