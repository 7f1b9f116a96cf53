import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JSONValue } from '@ai-sdk/provider';
import { AISDKError, experimental_getVideoStatus } from 'ai';
import { systemCode, VideoToolsetError } from '../../../errors.ts';
import { JobFailure } from '../../jobFailure.ts';
import { NotHere, type RemoteTask } from '../engine.ts';
import { requireClip } from './clip.ts';
import { deadlineOf } from './deadline.ts';
import { openDoubts } from './doubts.ts';
import { downloadClip } from './download.ts';
import { notesOf, usdOf } from './facts.ts';
import { callOf, madeNothing, statusOf, UNAUTHORIZED } from './failure.ts';
import type { OpenedModel } from './providers.ts';
import type { Ticket } from './start.ts';
import { openWire } from './wire.ts';

const FEWEST_DOWNLOADS = 3;
/** How long one answer about a clip is waited for. */
const POLL_LIMIT_MS = 60_000;

export interface FollowOptions {
  pollMs: number;
  /** From the asking for the clip on. */
  limitMs: number;
}

type Source = { url: string } | { data: string | Uint8Array };

/**
 * Asks how a clip stands until it is there, and fetches it. What fails on the way is tried again: the clip is paid for.
 * @throws JobFailure, NotHere
 */
export async function followClip(
  ticket: Ticket,
  opened: OpenedModel,
  task: RemoteTask,
  { pollMs, limitMs }: FollowOptions,
): Promise<void> {
  const file = path.join(task.directory, 'video.mp4');
  const deadline = deadlineOf(task, limitMs);
  const poll = 'url' in ticket ? async () => ticket : pollOf(ticket.operation, opened, task);
  let downloads = 0;
  let problem: unknown;
  while (true) {
    task.signal.throwIfAborted();
    // Learns whether the job is still there.
    task.onProgress(0, 1);
    const source = await poll();
    if (source !== undefined) {
      try {
        downloads++;
        await save(source, file, opened, task);
        return;
      } catch (error) {
        task.signal.throwIfAborted();
        problem = error;
      }
    }
    const isLate = performance.now() > deadline && (source === undefined || downloads >= FEWEST_DOWNLOADS);
    // An address that must not be fetched stays one.
    if (isLate || problem instanceof VideoToolsetError) throw gaveUp(opened.name, limitMs, problem);
    await sleep(pollMs, undefined, { signal: task.signal });
  }
}

/** @returns asks once; undefined where it is not there yet, or nobody can tell at the moment */
function pollOf(operation: JSONValue, opened: OpenedModel, task: RemoteTask): () => Promise<Source | undefined> {
  const isDoubtful = openDoubts();
  return async () => {
    const wire = openWire({ fetch: opened.fetch ?? fetch, asks: false, commit: async () => undefined });
    const context = { model: opened.name, wire, secrets: opened.secrets };
    let problem: unknown;
    const status = await experimental_getVideoStatus(opened.over(wire.fetch), {
      operation,
      maxRetries: 0,
      abortSignal: AbortSignal.any([task.signal, AbortSignal.timeout(POLL_LIMIT_MS)]),
    }).catch((error) => {
      task.signal.throwIfAborted();
      problem = error;
    });
    const http = statusOf(problem) ?? wire.lastStatus();
    const isDoubted = isDoubtful(http);
    if (status?.status === 'pending') return undefined;
    if (status?.status !== 'completed') {
      // Some packages take whatever befalls the question for the end of the clip.
      const isEnd = status?.status === 'error' || isDefinite(problem, http);
      const failure = madeNothing(status?.status === 'error' ? status.error : problem, context);
      if (failure instanceof NotHere) throw failure;
      if (wire.isInTrouble() || !isEnd || isDoubted) return undefined;
      if (UNAUTHORIZED.includes(http)) throw new NotHere('its key is refused.', { cause: failure });
      throw failure;
    }
    const usd = usdOf(status.providerMetadata);
    await task.tell({ notes: notesOf(status.warnings), ...(usd !== undefined && { usd }) });
    const [video] = status.videos;
    if (video === undefined || video.type === 'uploaded') throw madeNothing('it names no clip to fetch', context);
    return video.type === 'url' ? { url: video.url } : { data: video.data };
  };
}

/** Does it tell of the clip, and not of the way to its provider? */
function isDefinite(problem: unknown, http = 0): boolean {
  if (http >= 400) return http < 500;
  return AISDKError.isInstance(problem) && callOf(problem) === undefined;
}

async function save(source: Source, file: string, opened: OpenedModel, task: RemoteTask): Promise<void> {
  if ('url' in source) {
    await downloadClip(source.url, file, {
      provider: opened.baseURL,
      signal: task.signal,
      onBytes: () => task.onProgress(0, 1),
    });
  } else {
    const bytes = typeof source.data === 'string' ? Buffer.from(source.data, 'base64') : source.data;
    await writeFile(file, bytes, { flush: true });
  }
  await requireClip(file, task);
}

function gaveUp(model: string, limitMs: number, problem: unknown): Error {
  const minutes = Math.round(limitMs / 60_000);
  if (systemCode(problem) === 'ENOSPC' && problem instanceof Error) return problem;
  if (problem === undefined) {
    return new JobFailure(
      'generation_timeout',
      `${model} was asked for this clip and had not made it after ${minutes} minutes. It may still be made, and billed.`,
    );
  }
  // The address stays unsaid: it may carry the provider's key.
  const reason = problem instanceof Error ? problem.message : String(problem);
  return new JobFailure(
    'download_failed',
    `${model} made this clip, but it could not be fetched (${reason}). Look for it at the provider.`,
    { cause: problem },
  );
}
