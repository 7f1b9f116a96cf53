import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { advanceShot, type ShotStep } from '../../../lib/production/storyboard/advanceShot.ts';
import { loadStoryboard } from '../../../lib/production/storyboard/load.ts';
import { createAnimaticEngine } from '../../../lib/studio/engines/animatic/animatic.ts';
import type { Engine } from '../../../lib/studio/engines/engine.ts';
import type { PlannedShot, ShotRequest, StoryboardPlan } from '../../../types/storyboard.ts';
import type { TestTools } from '../../tools/support.ts';

export const BOARD = 'harbour-1';

export function shot(id: string, request: Partial<ShotRequest> = {}): PlannedShot {
  const { source, ...rest } = { prompt: id, seconds: '4', ...request };
  const hash = createHash('sha256').update(JSON.stringify(rest)).digest('hex');
  return { id, request: { ...rest, ...(source && { source }) }, hash };
}

export async function planned({ runtime }: TestTools, ...shots: PlannedShot[]): Promise<void> {
  const { server, workspace } = runtime;
  const output = { concatenate: false, publish: false, poster: 0 };
  const plan: StoryboardPlan = { id: BOARD, title: 'Harbour', server, workspace: workspace.root, output, shots };
  await (await runtime.ledger()).storyboards.plan(plan);
}

/** Reads a storyboard whose files lie in the workspace, and writes it down. @returns its id */
export async function loadInto({ runtime }: TestTools, text: string): Promise<string> {
  const locate = async (name: string) => (await runtime.workspace.find(name)).absolute;
  const plan = await loadStoryboard({ text, name: 'film.yaml', locate }, runtime);
  await (await runtime.ledger()).storyboards.plan(plan);
  return plan.id;
}

export function step({ runtime }: TestTools, id: string): Promise<ShotStep> {
  return advanceShot(BOARD, id, runtime, {
    limitMs: 10_000,
    approve: async () => true,
  });
}

/** Step by step, as any worker would. */
export async function settled(tools: TestTools, id: string): Promise<ShotStep> {
  for (let turn = 0; turn < 100; turn++) {
    const now = await step(tools, id);
    if (now.isSettled) return now;
    await sleep(Math.min(now.pauseMs ?? 0, 50));
  }
  return assert.fail(`${id} does not end: ${JSON.stringify(await step(tools, id))}`);
}

/** The engine that draws, at a size that takes no time: one second of 320x180, whatever is asked for. */
export function smallAnimatic(): Engine {
  const engine = createAnimaticEngine();
  return { ...engine, plan: (request) => engine.plan({ ...request, seconds: 1, width: 320, height: 180 }) };
}
