import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '../../../lib/studio/engines/engine.ts';
import { startStudio } from '../../../lib/studio/server.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import type { Dialect } from '../dialect.ts';
import { FAILURE } from '../jobs.ts';
import { CLIP, image } from '../media.ts';

/** Our own server, with an engine that takes no time. */
export async function startEmbeddedStudio(): Promise<Dialect> {
  const state = await temporaryFolder();
  let created = 0;
  const engine: Engine = {
    name: 'instant',
    plan({ prompt, seconds, width, height, seed }) {
      created++;
      return { version: 1, seed, width, height, fps: 24, segments: [{ prompt, seconds }], palette: ['#123456'] };
    },
    async render({ recipe, directory, signal }) {
      const prompt = recipe.segments.map((segment) => segment.prompt).join(' ');
      if (prompt.includes('fails')) throw new Error(FAILURE);
      if (prompt.includes('endless')) await forever(signal);
      const file = async (name: string, bytes: Buffer) => {
        await writeFile(path.join(directory, name), bytes);
        return path.join(directory, name);
      };
      return {
        video: await file('video.mp4', CLIP),
        thumbnail: await file('thumbnail.webp', image('64x36', 'webp')),
        spritesheet: await file('spritesheet.jpg', image('128x72')),
      };
    },
  };
  const studio = await startStudio({ state: state.path, engine });
  return {
    name: 'studio',
    server: 'studio',
    baseUrl: studio.baseUrl,
    connection: {},
    offers: ['list', 'delete'],
    // The others want a finished clip or a character that is there: the studio's own tests have them.
    refuses: [],
    variants: ['video', 'thumbnail', 'spritesheet'],
    refusesImages: ['url'],
    received: [],
    jobs: [],
    get created() {
      return created;
    },
    async [Symbol.asyncDispose]() {
      await studio.close();
      await state[Symbol.asyncDispose]();
    },
  };
}

function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
