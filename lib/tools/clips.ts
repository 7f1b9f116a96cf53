import type { Clip } from '../../types/ledger.ts';
import type { JobView } from '../../types/tool.ts';
import type { CreateParameters, Video } from '../../types/video.ts';
import { VideoToolsetError } from '../errors.ts';
import { noSuchClip, noteJob } from '../production/advance.ts';
import { requireItsServer } from '../production/services.ts';
import type { Services } from './services.ts';
import { jobView } from './view.ts';

const KEY = /^clip-[0-9a-f]{12}(-\d+)?$/;

/** Why the ledger cannot be written; a job that is paid for can be waited for and fetched all the same. */
const UNUSABLE = ['storage_failed', 'disk_full', 'missing_package', 'superseded'];

/**
 * The clip that a key, or the id of its job, names.
 * @throws VideoToolsetError `not_found` for a key that names none, `invalid_argument` for one of another server
 */
export async function clipOf(idOrKey: string, services: Services): Promise<Clip | undefined> {
  if (!KEY.test(idOrKey)) {
    return await whereUsable(async () => (await services.ledger()).byJob(services.server, idOrKey));
  }
  const clip = await (await services.ledger()).get(idOrKey);
  if (clip === undefined) throw noSuchClip(idOrKey);
  requireItsServer(clip, services);
  return clip;
}

/** The id of the job that a key or an id names. @throws VideoToolsetError `not_ready` where it is not known yet */
export async function jobIdOf(idOrKey: string, services: Services): Promise<string> {
  if (!KEY.test(idOrKey)) return idOrKey;
  const clip = await clipOf(idOrKey, services);
  if (clip?.jobId !== undefined) return clip.jobId;
  throw new VideoToolsetError('not_ready', `The job of the clip ${idOrKey} is not known: the clip is ${clip?.state}.`, {
    submitted: clip?.state === 'intended' || clip?.state === 'failed' ? 'no' : 'unknown',
    retryable: true,
    next_step: `Call video_wait with ${JSON.stringify({ ids: [idOrKey] })} first.`,
  });
}

/** Writes down what a job was seen to be. */
export async function note(video: Video, services: Services): Promise<Clip | undefined> {
  return await whereUsable(async () => {
    const clip = await (await services.ledger()).byJob(services.server, video.id);
    return clip === undefined ? undefined : await noteJob(clip, video, services);
  });
}

/** Writes a move down, if it can be: what was reached stands in any case. */
export async function whereUsable<T>(write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof VideoToolsetError && UNUSABLE.includes(error.code)) return undefined;
    throw error;
  }
}

const STATUS_OF = { known: 'in_progress', done: 'completed', downloaded: 'completed', published: 'completed' } as const;

/** A clip as a model sees it: its job, or where the ledger says that it stands. */
export function clipView(clip: Clip, video?: Video): JobView {
  if (video !== undefined) return { ...jobView(video), key: clip.key };
  const { state, jobId, key, request, error } = clip;
  const status =
    state === 'known' || state === 'done' || state === 'downloaded' || state === 'published' ? STATUS_OF[state] : state;
  const { prompt, model, seconds, size }: Partial<CreateParameters> = request.parameters;
  const shown = jobView({
    id: jobId ?? key,
    status: 'queued',
    raw: {},
    ...(prompt !== undefined && { prompt }),
    ...(model !== undefined && { model }),
    ...(seconds !== undefined && { seconds }),
    ...(size !== undefined && { size }),
  });
  return { ...shown, key, status, ...(error !== undefined && { error }) };
}
