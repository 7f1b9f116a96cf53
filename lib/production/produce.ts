import { setTimeout as sleep } from 'node:timers/promises';
import type { PublishedFile } from '../../types/cdn.ts';
import type { Clip } from '../../types/ledger.ts';
import type { ProgressReport, SavedFile, ToolContext } from '../../types/tool.ts';
import type { Video } from '../../types/video.ts';
import { VideoToolsetError } from '../errors.ts';
import { advance, isHere, jobOf } from './advance.ts';
import type { ProductionServices, Step } from './services.ts';
import { stopped } from './stopped.ts';
import { intend, send, type Wish } from './submit.ts';

export interface Outcome {
  clip: Clip;
  /** Its job as it was last seen. */
  video?: Video;
  /** False where the time ran out: the work goes on from here at the next call. */
  isSettled: boolean;
  file?: SavedFile;
  published?: PublishedFile;
}

export type ProduceOptions = Pick<ToolContext, 'signal' | 'progress' | 'lifetime'> & {
  /** How long it may take in all, in milliseconds; running out is a result, not an error. */
  limitMs: number;
  /** @see StepOptions */
  maySend?: boolean;
};

/** Part of the whole in percent at which a phase begins, and how much it takes. */
const PHASES: Record<ProgressReport['phase'], { from: number; share: number }> = {
  waiting: { from: 0, share: 85 },
  downloading: { from: 85, share: 10 },
  publishing: { from: 95, share: 5 },
};

/** From a wish to its address: the same wish again goes on where the first one stands. */
export async function produceWish(
  wish: Wish,
  services: ProductionServices,
  context: ProduceOptions & ToolContext,
): Promise<Outcome & { isNew: boolean }> {
  const end = performance.now() + context.limitMs;
  const { clip, isNew } = await begin(wish, services, context);
  // A server may take its time to answer, and a person, too.
  const limitMs = Math.max(1, end - performance.now());
  return { isNew, ...(await produce(clip.key, services, { ...context, limitMs })) };
}

/** Has a clip made, or finds the one that was wanted before; where its answer was lost, whoever goes on with it finds out. */
export async function begin(
  wish: Wish,
  services: ProductionServices,
  context: ToolContext,
): Promise<Pick<Outcome, 'clip' | 'video'> & { isNew: boolean; notices: readonly string[] }> {
  const intention = await intend(wish, services, context);
  const { clip, isNew } = intention;
  if (!isNew) return { clip, isNew, notices: [] };
  const { job, price } = intention;
  const sent = await send(clip, job, price, services, context).catch(goOnWhereOpen);
  return { clip, ...sent, isNew, notices: job.notices };
}

/** What came of the request is found out by the steps that follow. */
function goOnWhereOpen(error: unknown): undefined {
  const isOpen = error instanceof VideoToolsetError && ['outcome_unknown', 'superseded'].includes(error.code);
  if (!isOpen) throw error;
}

/** Carries a clip as far as it was wanted, or as is enough, step by step, within a limit. */
export async function produce(
  key: string,
  services: ProductionServices,
  options: ProduceOptions,
  isEnough: (clip: Clip) => boolean = () => false,
): Promise<Outcome> {
  const limit = AbortSignal.timeout(Math.max(1, Math.ceil(options.limitMs)));
  const end = performance.now() + options.limitMs;
  const { maySend = true } = options;
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  // An upload that the limit breaks off begins anew: on a slow line it would never end.
  const ofSteps = options.lifetime === undefined ? signal : options.signal;
  const progress = (report: ProgressReport) => options.progress?.(overall(report));
  let step: Step | undefined;
  let seen: Pick<Outcome, 'video'> = {};
  try {
    do {
      const limitMs = Math.max(1, end - performance.now());
      step = await advance(key, services, {
        ...{ stop: options.signal, progress, limitMs, maySend },
        ...(ofSteps && { signal: ofSteps }),
      });
      if (step.video !== undefined) seen = { video: step.video };
      if (step.pauseMs && !isEnough(step.clip)) await sleep(step.pauseMs, undefined, { signal });
    } while (!step.isSettled && !isEnough(step.clip) && performance.now() < end);
    if (step.isSettled && !isHere(step.clip, services) && !isEnough(step.clip))
      return { ...seen, ...(await collect(step, services, ofSteps)) };
  } catch (error) {
    if (options.signal?.aborted) throw await stopped(key, services, error);
    if (!limit.aborted) throw error;
  }
  const clip = (await (await services.ledger()).get(key)) ?? step?.clip;
  if (clip === undefined) throw new VideoToolsetError('internal', `The clip ${key} is not in the ledger any more.`);
  return { ...seen, ...outcomeOf(clip, step?.isSettled === true && step.clip.version === clip.version) };
}

export function outcomeOf(clip: Clip, isSettled: boolean): Outcome {
  const { file, published } = clip;
  return { clip, isSettled, ...(file && { file }), ...(published && { published }) };
}

/** A clip that is wanted in another workspace, too, is fetched for this one; its row stays with the other. */
async function collect(
  { clip }: Step,
  services: ProductionServices,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  if (!['done', 'downloaded', 'published'].includes(clip.state)) return outcomeOf(clip, true);
  const file = await (await services.api()).download(jobOf(clip), { signal });
  const published = await (await services.cdn()).upload(file.path, { signal, sha256: file.sha256 });
  return { clip, isSettled: true, file, published };
}

/** A report of one phase as one of the whole. */
export function overall({ percent, ...report }: ProgressReport): ProgressReport {
  const { from, share } = PHASES[report.phase];
  return { ...report, percent: from + (share * (percent ?? 0)) / 100 };
}
