import type { Storyboard } from '../../../types/storyboard.ts';
import type { ProductionServices } from '../services.ts';
import {
  beginStoryboard,
  finishStoryboard,
  type StoryboardOptions,
  type StoryboardRun,
} from '../storyboard/runStoryboard.ts';
import { enqueue } from './enqueue.ts';
import type { FleetQueue } from './queue.ts';
import { type FleetState, watch } from './watch.ts';

export interface FleetOptions extends Pick<StoryboardOptions, 'signal' | 'approve' | 'onBegin'> {
  /** Jobs that may be open at the server at once, over all machines. @default what it is, else 4 */
  window?: number | undefined;
}

/**
 * Hands a storyboard that is written down to the workers of a fleet. A person is asked once for all.
 * @throws VideoToolsetError `not_found`, `invalid_argument` for one of another place or server, `not_approved`
 */
export async function beginInFleet(
  id: string,
  queue: FleetQueue,
  services: ProductionServices,
  options: FleetOptions,
): Promise<Storyboard> {
  const { windows } = await services.ledger();
  const present = await windows.get(services.server);
  const { board, concurrency } = await beginStoryboard(id, services, {
    ...options,
    concurrency: options.window ?? present?.most,
  });
  if (options.window !== undefined || present === undefined) await windows.set(services.server, concurrency);
  await enqueue(id, queue, services);
  return board;
}

/** The same, and looks on until its end; then the film, the manifest and the contact sheet are made here. */
export async function runInFleet(
  id: string,
  queue: FleetQueue,
  services: ProductionServices,
  { onState, ...options }: FleetOptions & { onState?: ((state: FleetState) => void) | undefined },
): Promise<StoryboardRun> {
  const { signal } = options;
  const board = await beginInFleet(id, queue, services, options);
  await watch(id, queue, services, { signal, onState });
  return { board, isBrokenOff: signal?.aborted === true, ...(await finishStoryboard(id, services, signal)) };
}
