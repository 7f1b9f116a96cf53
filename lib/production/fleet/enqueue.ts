import type { Shot } from '../../../types/storyboard.ts';
import { advance } from '../advance.ts';
import { FLEET, type ProductionServices } from '../services.ts';
import { type FleetQueue, keyOf } from './queue.ts';

const PAGE = 1_000;
/** How long a clip of which nobody knows what became is looked for again; then it is for a person. */
const LOOKED_FOR_MS = 15 * 60_000;

/** Lets every shot of a storyboard be worked on that can be, also what was put aside. @returns how many are in line now */
export async function enqueue(storyboard: string, queue: FleetQueue, services: ProductionServices): Promise<number> {
  await queue.unstick(storyboard);
  const known = await queue.keys();
  let count = 0;
  for await (const shots of readyShots(storyboard, services)) {
    await addTo(
      queue,
      shots.filter((shot) => !known.has(keyOf(shot))),
    );
    count += shots.length;
  }
  return count;
}

/**
 * Queues what the ledger knows to be workable and no line holds: its machine died between the two, or somebody decided
 * what became of a clip.
 */
export async function sweep(queue: FleetQueue, services: ProductionServices): Promise<void> {
  const { storyboards } = await services.ledger();
  const known = await queue.keys();
  const boards = await storyboards.list({ workspace: FLEET, limit: 1_000 });
  for (const { id } of boards.filter(({ server }) => server === services.server)) {
    for await (const shots of readyShots(id, services)) {
      const left = shots.filter((shot) => !known.has(keyOf(shot)));
      const isWorkable = await Promise.all(left.map((shot) => mayGoOn(shot, services)));
      await addTo(
        queue,
        left.filter((_, index) => isWorkable[index]),
      );
    }
  }
}

/**
 * Looks what became of jobs that no shot wants any more, or that were made apart from any: until that is known they hold
 * room at their server. Nothing more is done for them.
 */
export async function settleUnwanted(services: ProductionServices): Promise<void> {
  const { windows } = await services.ledger();
  for (const key of await windows.unwanted(services.server))
    await advance(key, services, { stop: undefined, limitMs: 0, maySend: false }).catch(() => undefined);
}

/** What is begun may hold room at its server, so that it must not wait for room. */
async function addTo(queue: FleetQueue, shots: readonly Shot[]): Promise<void> {
  for (const [line, ones] of Map.groupBy(shots, ({ clip }) => (clip === undefined ? 'new' : 'again')))
    await queue.add(line, ones);
}

async function mayGoOn({ clip: key }: Shot, services: ProductionServices): Promise<boolean> {
  if (key === undefined) return true;
  const ledger = await services.ledger();
  const clip = await ledger.get(key);
  if (clip?.state !== 'unknown' && clip?.state !== 'gone') return true;
  return ledger.now() - clip.updatedAt < LOOKED_FOR_MS;
}

async function* readyShots(storyboard: string, services: ProductionServices): AsyncGenerator<Shot[]> {
  const { storyboards } = await services.ledger();
  for (let after = 0; ; ) {
    const page = await storyboards.ready(storyboard, { after, limit: PAGE });
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.number ?? after;
  }
}
