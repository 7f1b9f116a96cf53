import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mp4Seconds } from '../../../media/mp4.ts';
import { posterOf, spritesheetOf } from '../../../media/poster.ts';
import type { RemoteEngine, RemoteTask } from '../engine.ts';
import { followClip } from './follow.ts';
import { planClip } from './plan.ts';
import { openVideoModel, type Providers } from './providers.ts';
import { type Heard, startClip, type Ticket } from './start.ts';

const POLL_MS = 5_000;
const LIMIT_MS = 30 * 60_000;

export interface BridgeOptions {
  /** Settings of known providers, and providers of one's own, by the name before the slash. @default {} */
  providers?: Providers;
  /** Between two questions about a clip. @default 5000 */
  pollMs?: number;
  /** How long a clip may take. @default 1800000: half an hour */
  limitMs?: number;
}

/**
 * Has clips made by the video models of the AI SDK's providers.
 * @returns what opens the engine of a `provider/model`; it throws NotHere with what is to be installed or set
 */
export function createBridge({ providers = {}, pollMs = POLL_MS, limitMs = LIMIT_MS }: BridgeOptions = {}) {
  return async (model: string): Promise<RemoteEngine> => {
    const opened = await openVideoModel(model, providers);
    return {
      name: model,
      plan: (request) => planClip(model, request),
      async render(task) {
        const options = { pollMs, limitMs };
        const kept = task.ticket === undefined ? undefined : ticketOf(task.ticket);
        const isBegun = kept !== undefined && !('answer' in kept);
        const ticket = isBegun ? kept : await startClip(opened, task, options, kept);
        if (ticket !== undefined) await followClip(ticket, opened, task, options);
        // The clip is there, whatever befalls its pictures.
        await writeStills(task).catch(() => undefined);
      },
    };
  };
}

function ticketOf(kept: string): Ticket | Heard {
  return JSON.parse(kept);
}

/** Where the machine has ffmpeg. */
async function writeStills({ directory, recipe, signal }: RemoteTask): Promise<void> {
  const clip = path.join(directory, 'video.mp4');
  const seconds = (await mp4Seconds(clip)) ?? recipe.segments[0]?.seconds ?? 1;
  const stills = {
    'thumbnail.webp': await posterOf(clip, signal),
    'spritesheet.jpg': await spritesheetOf(clip, seconds, signal),
  };
  for (const [name, bytes] of Object.entries(stills)) {
    if (bytes !== undefined) await writeFile(path.join(directory, name), bytes);
  }
}
