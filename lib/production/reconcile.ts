import { setTimeout as sleep } from 'node:timers/promises';
import type { Clip } from '../../types/ledger.ts';
import { VideoToolsetError } from '../errors.ts';
import { type LookUp, lookUp } from './lookUp.ts';
import { costsNothing, priceOf } from './price.ts';
import type { ProductionServices, Step, StepOptions } from './services.ts';
import { prepareAgain, send } from './submit.ts';

const BETWEEN_LOOKS_MS = 1_000;

/**
 * Finds out what became of a clip whose answer was lost, without sending anything, unless it is certain that no job was
 * made. What stays open is for a person to decide: the clip is `unknown`.
 *
 * The one job in the list that repeats all that was asked for is adopted. That none was made is certain only where the
 * server states how far its list lags behind, two looks after that time find nothing that could be the job, and the list
 * shows a newer one, so that it has caught up indeed; where a clip costs nothing, the newer one is not asked for.
 */
export async function reconcile(clip: Clip, services: ProductionServices, options: StepOptions): Promise<Step> {
  const [api, ledger] = await Promise.all([services.api(), services.ledger()]);
  const { signal, stop, refusals } = options;
  const { listEchoesPrompt, listComplete, listLagMs, missing } = api.profile;
  const isFree = costsNothing(clip, api.profile);
  const unknown = async (): Promise<Step> => ({
    clip: clip.state === 'unknown' ? clip : await ledger.move(clip, 'unknown'),
    isSettled: true,
  });
  if (missing.includes('list') || !listEchoesPrompt) return await unknown();

  const job = await prepareAgain(clip, services).catch(noneWhereChanged);
  if (job === undefined) return await unknown();
  const first = await lookUp(clip, job, services, signal).catch(noneWhereUnsupported);
  if (first === undefined) return await unknown();
  const [only, ...others] = first.matches;
  // Where clips cost nothing, one of several that are alike is as good as the other.
  if (only !== undefined && (others.length === 0 || isFree))
    return { clip: await ledger.adopt(clip, only.id), isSettled: false };
  if (only !== undefined || !listComplete || listLagMs === undefined) return await unknown();

  const caughtUpAt = (clip.quarantineUntil ?? 0) + listLagMs;
  const early = caughtUpAt - ledger.now();
  if (early >= 0) return { clip, isSettled: false, pauseMs: early + 1 };
  const isUnmade = ({ matches, isDoubtful, showsNewer }: LookUp) =>
    matches.length === 0 && !isDoubtful && (showsNewer || isFree);
  if (!isUnmade(first)) return await unknown();
  await sleep(BETWEEN_LOOKS_MS, undefined, { ...(signal && { signal }) });
  const second = await lookUp(clip, job, services, signal);
  if (second.matches.length === 1) return { clip, isSettled: false };
  if (!isUnmade(second)) return await unknown();

  if (options.maySend === false) return { clip, isSettled: true };
  const price = await priceOf(job, api, services.config, signal);
  const anew = await ledger.attemptAnew(clip, price, services.config.budget, 'made no job');
  return { ...(await send(anew, job, price, services, { signal: stop, refusals })), isSettled: false };
}

/** Without what was asked for, such as a picture that is gone, only a person can tell which job it is. */
function noneWhereChanged(error: unknown): undefined {
  if (error instanceof VideoToolsetError) return undefined;
  throw error;
}

function noneWhereUnsupported(error: unknown): undefined {
  if (error instanceof VideoToolsetError && error.code === 'unsupported') return undefined;
  throw error;
}
