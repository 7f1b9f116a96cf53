import type { Clip } from '../../types/ledger.ts';
import type { Video } from '../../types/video.ts';
import { VideoToolsetError } from '../errors.ts';
import { lookUp } from './lookUp.ts';
import { priceOf } from './price.ts';
import { type ProductionServices, requireItsServer } from './services.ts';
import { prepareAgain, send } from './submit.ts';

/** What a person knows of a clip whose fate nobody else can tell. */
export type Decision = { job: string } | 'resend' | 'drop';

/**
 * Goes on with a clip as a person decided: with a job of the server, with a new one, or not at all.
 * @throws VideoToolsetError `invalid_argument` for a clip that needs no decision, or a job that belongs to another clip
 */
export async function decide(
  clip: Clip,
  decision: Decision,
  services: ProductionServices,
  signal?: AbortSignal,
): Promise<Clip> {
  const [api, ledger] = await Promise.all([services.api(), services.ledger()]);
  if (!mayDecide(clip, decision, ledger.now())) throw needsNoDecision(clip);
  if (decision === 'drop') {
    return await ledger.move(clip, 'failed', { error: { code: 'dropped', message: 'It was given up.' } });
  }
  requireItsServer(clip, services);
  if (decision === 'resend') {
    const job = await prepareAgain(clip, services);
    const price = await priceOf(job, api, services.config, signal);
    const predecessor = clip.state === 'gone' ? 'made a job' : 'may have made a job';
    const anew = await ledger.attemptAnew(clip, price, services.config.budget, predecessor);
    return (await send(anew, job, price, services, { signal })).clip;
  }
  const claimant = await ledger.byJob(clip.server, decision.job);
  if (claimant !== undefined && claimant.key !== clip.key) throw claimed(decision.job, claimant);
  const { id } = await api.retrieve(decision.job, { signal });
  return await ledger.adopt(clip, id);
}

function mayDecide(
  { state, isOpen, sendDeadline, quarantineUntil = 0 }: Clip,
  decision: Decision,
  now: number,
): boolean {
  switch (state) {
    case 'unknown':
    case 'gone':
      return true;
    case 'sent':
      // Its answer may still come: to name its job does no harm, all else waits.
      return now > quarantineUntil || typeof decision === 'object';
    case 'intended':
      return decision === 'drop' && now > sendDeadline;
    default:
      return decision === 'drop' && isOpen;
  }
}

/** Jobs of the server that may be the clip's; none where it has no list. */
export async function candidatesOf(clip: Clip, services: ProductionServices, signal?: AbortSignal): Promise<Video[]> {
  try {
    const job = await prepareAgain(clip, services).catch(() => undefined);
    return (await lookUp(clip, job, services, signal)).candidates;
  } catch (error) {
    if (error instanceof VideoToolsetError && error.code === 'unsupported') return [];
    throw error;
  }
}

function needsNoDecision({ key, state }: Clip): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', `The clip ${key} is ${state}: there is nothing to decide.`, {
    next_step: `Go on with it: video-toolset produce --resume`,
  });
}

function claimed(job: string, { key }: Clip): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', `The job ${job} belongs to the clip ${key}: nothing was changed.`, {
    next_step: 'Choose another job.',
  });
}
