import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Experimental_VideoModelV4, JSONValue } from '@ai-sdk/provider';
import { experimental_generateVideo, experimental_startVideo } from 'ai';
import { JobFailure } from '../../jobFailure.ts';
import { NotHere, type RemoteTask } from '../engine.ts';
import { requireClip } from './clip.ts';
import { deadlineOf } from './deadline.ts';
import { openDoubts } from './doubts.ts';
import { notesOf, usdOf } from './facts.ts';
import { callOf, startFailure, statusOf, waitFailure } from './failure.ts';
import type { FollowOptions } from './follow.ts';
import { offerOf } from './offers.ts';
import { shapeOf } from './plan.ts';
import type { OpenedModel, VideoModel } from './providers.ts';
import { openWire } from './wire.ts';

/** How long a provider may take to say that it has begun. */
const START_LIMIT_MS = 120_000;
/** What was asked for is heard out when the studio closes: its ticket would be lost. */
const GRACE_MS = 10_000;
/** What a call that goes on has at least, however late it is. */
const LEAST_MS = 60_000;
const MOST_REFUSALS = 5;
const PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/** What to fetch a clip with: what a provider's package gave to ask with, or an address. Plain JSON. */
export type Ticket = { operation: JSONValue } | { url: string };

/** Of a package that asks and waits in one call: what it was answered when it asked. */
export type Heard = { answer: string };

/**
 * Asks for a clip, once. Only where the provider said no because it is busy, it is asked again.
 * @param kept what was heard by an earlier render of this job: the call goes on from there, and nothing is asked for
 * @returns nothing where the clip is there already
 * @throws JobFailure, NotHere
 */
export async function startClip(
  opened: OpenedModel,
  task: RemoteTask,
  options: FollowOptions,
  kept?: Heard,
): Promise<Ticket | undefined> {
  if (task.referencePath !== undefined && offerOf(opened.name).isBlind)
    throw new JobFailure('invalid_request', `${opened.name} takes no first frame. Leave input_reference out.`, {
      isUnasked: true,
    });
  const request = await requestOf(opened.name, task);
  const deadline = deadlineOf(task, options.limitMs);
  const isDoubtful = openDoubts();
  let heard = kept?.answer;
  for (let refusals = 1; ; refusals++) {
    const wire = openWire({
      ...{ fetch: opened.fetch ?? fetch, asks: true, commit: () => task.commit() },
      ...(heard !== undefined && { heard }),
      async onHeard(answer) {
        if (hasStart(model)) return;
        heard = answer;
        await task.keep(JSON.stringify({ answer } satisfies Heard));
      },
      onReading() {
        task.signal.throwIfAborted();
        // Learns whether the job is still there.
        task.onProgress(0, 1);
      },
    });
    const model = opened.over(wire.fetch);
    const leftMs = heard === undefined ? options.limitMs : Math.max(LEAST_MS, deadline - performance.now());
    try {
      // A provider of one's own has a connection that we do not see.
      if (opened.fetch === undefined) await wire.commit();
      return hasStart(model)
        ? await start(model, request, task)
        : await generate(model, request, task, { pollMs: options.pollMs, limitMs: leftMs });
    } catch (error) {
      if (!wire.isCommitted() && task.signal.aborted) throw task.signal.reason;
      const isDoubted = isDoubtful(statusOf(error) ?? wire.lastStatus());
      if (heard !== undefined && (wire.isInTrouble() || isDoubted) && performance.now() < deadline) {
        await sleep(options.pollMs, undefined, { signal: task.signal });
        continue;
      }
      const context = { model: opened.name, wire, secrets: opened.secrets };
      const failure = heard === undefined ? startFailure(error, context, hasStart(model)) : waitFailure(error, context);
      if (heard === undefined && wire.isCommitted() && isUnasked(failure)) await task.takeBack();
      const isBusy = failure instanceof JobFailure && failure.code === 'rate_limit_exceeded';
      if (!isBusy || refusals === MOST_REFUSALS) throw failure;
      await sleep(pauseAfter(error, refusals), undefined, { signal: task.signal });
    }
  }
}

/** Is it certain that the provider took nothing? */
function isUnasked(failure: Error): boolean {
  return failure instanceof NotHere || (failure instanceof JobFailure && failure.isUnasked);
}

async function start(model: VideoModel, request: Wanted, task: RemoteTask): Promise<Ticket> {
  using late = lateSignal(task.signal, START_LIMIT_MS);
  const started = await experimental_startVideo({ model, ...request, maxRetries: 0, abortSignal: late.signal });
  await task.keep(JSON.stringify({ operation: started.operation } satisfies Ticket));
  await task.tell({ notes: notesOf(started.warnings) });
  return { operation: started.operation };
}

/** Where a provider cannot begin and tell later, it is one call from the prompt to the clip. */
async function generate(
  model: VideoModel,
  request: Wanted,
  task: RemoteTask,
  { pollMs, limitMs }: FollowOptions,
): Promise<Ticket | undefined> {
  let url: string | undefined;
  using late = lateSignal(task.signal, limitMs);
  const { videos, warnings, providerMetadata } = await experimental_generateVideo({
    model: silently(model, task),
    ...request,
    maxRetries: 0,
    abortSignal: late.signal,
    // For packages that wait in the call itself.
    providerOptions: { [model.provider.split('.')[0] ?? '']: { pollIntervalMs: pollMs, pollTimeoutMs: limitMs } },
    // Fetched later and to a file: kept first, so that a crash costs no clip.
    async download({ url: address }) {
      url = address.href;
      await task.keep(JSON.stringify({ url } satisfies Ticket));
      return { data: new Uint8Array(), mediaType: 'video/mp4' };
    },
  });
  const usd = usdOf(providerMetadata);
  await task.tell({ notes: notesOf(warnings), ...(usd !== undefined && { usd }) });
  if (url !== undefined) return { url };
  const [video] = videos;
  if (video === undefined) throw new Error('it answered with no clip');
  const file = path.join(task.directory, 'video.mp4');
  await writeFile(file, video.uint8Array, { flush: true });
  await requireClip(file, task).catch((cause) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new JobFailure('download_failed', `The provider's answer is no clip (${reason}). Look for it there.`, {
      cause,
    });
  });
  return undefined;
}

/** The model, whose warnings go into the job and not to the console. */
function silently(model: VideoModel, { tell }: RemoteTask): VideoModel {
  const {
    provider,
    modelId,
    maxVideosPerCall,
    doGenerate = () => Promise.reject(new Error('it makes no clips')),
  } = model;
  const quiet: Experimental_VideoModelV4 = {
    ...{ specificationVersion: 'v4', provider, modelId, maxVideosPerCall },
    async doGenerate(options) {
      const result = await Reflect.apply(doGenerate, model, [options]);
      await tell({ notes: notesOf(result.warnings) });
      return { ...result, warnings: [] };
    },
  };
  return quiet;
}

type Wanted = Awaited<ReturnType<typeof requestOf>>;

async function requestOf(model: string, { recipe, referencePath, jobId }: RemoteTask) {
  const { width, height, seed, isSeedRandom, segments } = recipe;
  const [{ prompt, seconds } = { prompt: '', seconds: 0 }] = segments;
  const { aspectRatio, resolution } = shapeOf(model, { width, height, seconds });
  return {
    prompt: referencePath === undefined ? prompt : { text: prompt, image: await readFile(referencePath) },
    aspectRatio,
    ...(resolution !== undefined && { resolution }),
    duration: seconds,
    ...(!isSeedRandom && { seed }),
    // Some providers make one clip of all requests with the same key.
    headers: { 'idempotency-key': jobId },
  };
}

function hasStart(model: VideoModel): boolean {
  return 'doStart' in model && typeof model.doStart === 'function' && typeof model.doStatus === 'function';
}

function pauseAfter(error: unknown, refusals: number): number {
  const headers = callOf(error)?.responseHeaders ?? {};
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return Math.min(LONGEST_PAUSE_MS, Number.isFinite(seconds) ? seconds * 1_000 : refusals * PAUSE_MS);
}

/** Aborts some time after another signal, or at a limit. */
function lateSignal(signal: AbortSignal, limitMs: number): Disposable & { signal: AbortSignal } {
  const late = new AbortController();
  const timers = [setTimeout(() => late.abort(new Error(`no answer within ${limitMs / 1_000} seconds`)), limitMs)];
  const wait = () => timers.push(setTimeout(() => late.abort(signal.reason), GRACE_MS));
  if (signal.aborted) wait();
  else signal.addEventListener('abort', wait, { once: true });
  return {
    signal: late.signal,
    [Symbol.dispose]() {
      signal.removeEventListener('abort', wait);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
