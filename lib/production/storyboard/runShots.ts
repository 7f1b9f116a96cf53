import { setMaxListeners } from 'node:events';
import type { Shot, ShotState } from '../../../types/storyboard.ts';
import type { ToolContext } from '../../../types/tool.ts';
import { toToolsetError, type VideoToolsetError } from '../../errors.ts';
import type { ProductionServices } from '../services.ts';
import type { ShotStep } from './advanceShot.ts';
import { carryShot, type ShotEnd } from './carryShot.ts';
import { createQueue } from './queue.ts';
import { createWindow } from './window.ts';

/** Shots in a row for which nobody answers, before the run ends. */
const MOST_UNREACHABLE = 3;

export interface RunOptions extends Pick<ToolContext, 'signal' | 'approve' | 'lifetime'> {
  /** Shots at work at once; fewer where the server asks for it. */
  concurrency: number;
  /** How long it may take in all, in milliseconds. @default for ever */
  limitMs?: number | undefined;
  /** Begins no other shot once one has failed. @default false */
  failFast?: boolean | undefined;
  onEvent?: ((event: ShotEvent) => void) | undefined;
}

/** What is seen of a shot while it is made. */
export interface ShotEvent {
  shot: Shot;
  state: ShotState;
  /** Of its way to its address, in percent. */
  percent?: number;
  /** Is nothing more done for it now? */
  isOver: boolean;
  /** Why it failed, or cannot be gone on with. */
  error?: { code: string; message: string };
  /** Its address. */
  url?: string;
}

export interface RunEnd {
  /** What ended the run before its time. */
  stoppedBy?: { error: VideoToolsetError; shot?: string };
  /** Was it the limit, or the signal? */
  isBrokenOff: boolean;
}

/**
 * Carries the shots of a storyboard to their addresses, so many at once, until none is left that can be worked on. It may
 * be broken off at any instant and called again, by several programs at once, too.
 */
export async function runShots(
  storyboard: string,
  services: ProductionServices,
  { signal: stop, approve, lifetime, concurrency, limitMs = Number.POSITIVE_INFINITY, failFast, onEvent }: RunOptions,
): Promise<RunEnd> {
  const { storyboards } = await services.ledger();
  const end = performance.now() + limitMs;
  using limit = limitOf(limitMs);
  const signal = stop === undefined ? limit.signal : AbortSignal.any([stop, limit.signal]);
  // Every shot that runs listens to them.
  setMaxListeners(0, signal, ...(stop ? [stop] : []));
  const window = createWindow(concurrency);
  const running = new Set<string>();
  const queue = createQueue(storyboards, storyboard, (id) => running.has(id));
  let stoppedBy: RunEnd['stoppedBy'];
  let isClosed = false;
  let unreachable = 0;
  let wake = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => wake.resolve());

  const close = (error: VideoToolsetError, shot?: Shot) => {
    isClosed = true;
    stoppedBy ??= { error, ...(shot && { shot: shot.id }) };
  };

  const settle = ({ shot, state, clip, released = [] }: ShotStep): void => {
    const { error } = shot;
    const url = clip?.published?.url;
    if (state === 'published') window.grow();
    else if (state !== 'failed') queue.setAside(shot);
    else if (failFast) isClosed = true;
    queue.add(released);
    onEvent?.({ shot, state, isOver: true, ...(error && { error }), ...(url !== undefined && { url }) });
  };

  const afterwards = async (shot: Shot, end: ShotEnd): Promise<void> => {
    if (end.kind === 'throttled') queue.add([shot]);
    if (end.kind === 'settled') settle(end.step);
    if (end.kind !== 'stuck') return;
    const { error, state, isForAll } = end;
    const { code, message } = error;
    unreachable = code === 'server_unreachable' ? unreachable + 1 : 0;
    if (isForAll || unreachable >= MOST_UNREACHABLE) close(error, shot);
    queue.setAside(shot);
    onEvent?.({ shot, state, isOver: true, error: { code, message } });
    await storyboards.note(shot, { code, message });
  };

  const start = (shot: Shot): void => {
    running.add(shot.id);
    const onState = (state: ShotState, percent?: number) =>
      onEvent?.({ shot, state, isOver: false, ...(percent !== undefined && { percent }) });
    const onThrottled = window.shrink;
    const context = { ...(approve && { approve }), ...(lifetime && { lifetime }) };
    carryShot(shot, services, { signal, stop, end, isClosing: () => isClosed, onState, onThrottled, ...context })
      .then((reached) => afterwards(shot, reached))
      .catch((error) => close(toToolsetError(error), shot))
      .finally(() => {
        running.delete(shot.id);
        wake.resolve();
      });
  };

  for (;;) {
    wake = Promise.withResolvers();
    while (!isClosed && !signal.aborted && window.hasRoom(running.size)) {
      const shot = await queue.next().catch((error) => close(toToolsetError(error)));
      if (shot === undefined) break;
      start(shot);
    }
    const pauseMs = isClosed || signal.aborted ? 0 : window.pauseMs();
    if (running.size === 0 && pauseMs === 0) break;
    const timer = pauseMs === 0 ? undefined : setTimeout(wake.resolve, pauseMs);
    await wake.promise;
    clearTimeout(timer);
  }
  return { ...(stoppedBy && { stoppedBy }), isBrokenOff: signal.aborted };
}

function limitOf(limitMs: number): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  // What a timer cannot hold is for ever.
  const isLimited = limitMs < 2 ** 31;
  const timer = isLimited ? setTimeout(() => controller.abort(), Math.max(1, limitMs)) : undefined;
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}
