import type { PublishedFile } from '../../types/cdn.ts';
import type { ShotView, Storyboard } from '../../types/storyboard.ts';
import type { JobView, ToolResult } from '../../types/tool.ts';
import { VideoToolsetError } from '../errors.ts';
import { canGoOn } from '../production/storyboard/canGoOn.ts';
import type { StoryboardRun } from '../production/storyboard/runStoryboard.ts';
import type { Services } from './services.ts';
import { nextCall } from './view.ts';

/** A model is told so many, those that need it first; the manifest holds all. */
const SHOWN_SHOTS = 40;
const SHOWN_FILES = 20;
/** By which an agent's cost is counted. */
const SHOWN_JOBS = 100;

/** What a run, or a look, came to. */
type Seen = Pick<StoryboardRun, 'totals'> & Partial<Omit<StoryboardRun, 'totals' | 'board'>>;

/**
 * What a model is told of a storyboard.
 * @throws VideoToolsetError what ended its run before its time
 */
export async function storyboardResult(
  board: Storyboard,
  services: Services,
  { totals, film, stoppedBy, filmError, manifest, contact_sheet }: Seen,
  isStopped = false,
): Promise<ToolResult> {
  const { shots, states } = totals;
  const counts = Object.entries(states).map(([state, count]) => `${count} ${state}`);
  const address = film === undefined ? '' : ` The film: ${film.published?.url ?? film.file.path}.`;
  const summary = `${board.title}: of ${shots} shots ${counts.join(', ')}.${address}`;
  const error = stoppedBy?.error ?? filmError;
  if (isStopped) throw stopped(summary, board.id);
  if (error !== undefined) throw withState(error, summary, board.id);
  return {
    summary,
    data: {
      storyboard: board.id,
      totals,
      ...(await listsOf(board, services, film?.published)),
      ...(film && { files: [film.file] }),
      ...(manifest !== undefined && { manifest, contact_sheet }),
      ...(canGoOn(states) && nextStep(board.id, services)),
    },
  };
}

async function listsOf({ id }: Storyboard, services: Services, film: PublishedFile | undefined) {
  const { shotViews } = await import('../production/storyboard/views.ts');
  const shots: ShotView[] = [];
  const jobs: JobView[] = [];
  for await (const shot of shotViews(id, services)) {
    const { made } = shot;
    shots.push(shot);
    if (made !== undefined && jobs.length < SHOWN_JOBS)
      jobs.push({ id: made.jobId ?? made.key, key: made.key, status: made.state });
  }
  const urgent = shots.toSorted((a, b) => Number(a.state === 'published') - Number(b.state === 'published'));
  const files = shots.flatMap(({ made }) => made?.published ?? []);
  return {
    shots: urgent.slice(0, SHOWN_SHOTS).map(({ id: shot, state, made, error }) => ({
      ...{ id: shot, state },
      ...(made?.published && { url: made.published.url }),
      ...(error && { error: error.message }),
    })),
    jobs,
    published: film === undefined ? files.slice(0, SHOWN_FILES) : [film],
  };
}

function nextStep(id: string, { toolNames }: Services): { next_step?: string } {
  return toolNames.includes('storyboard_produce') ? { next_step: nextCall('storyboard_produce', { id }) } : {};
}

function stopped(summary: string, id: string): VideoToolsetError {
  return new VideoToolsetError('aborted', `Stopped. ${summary} What was sent goes on at its server.`, {
    submitted: 'unknown',
    retryable: true,
    next_step: `${nextCall('storyboard_produce', { id })} to go on.`,
  });
}

/** What ended it, with where it stands now. */
function withState(error: VideoToolsetError, summary: string, id: string): VideoToolsetError {
  const { next_step = '', ...facts } = error.facts;
  const goOn = `${nextCall('storyboard_produce', { id })} to go on; what is made is not made again.`;
  return new VideoToolsetError(error.code, `${error.message} ${summary}`, {
    ...facts,
    cause: error,
    next_step: `${next_step} ${goOn}`.trim(),
  });
}
