import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Engine,
  NotHere,
  type Recipe,
  type RemoteEngine,
  type RemoteTask,
  type RenderTask,
} from '../../lib/studio/engines/engine.ts';
import { type StudioOptions, startStudio } from '../../lib/studio/server.ts';
import { mp4, picture } from './media.ts';
import { temporaryFolder } from './temporary.ts';

/** Writes small, valid files at once; `work` runs before them, to report progress, to wait or to fail. */
export function testEngine(work: (task: RenderTask) => unknown = () => undefined): Engine {
  return {
    name: 'test',
    plan: ({ prompt, seconds, ...recipe }) => ({
      version: 1,
      ...recipe,
      fps: 30,
      segments: [{ prompt, seconds }],
      palette: ['#112233'],
    }),
    async render(task) {
      await work(task);
      task.signal.throwIfAborted();
      const files = {
        video: path.join(task.directory, 'video.mp4'),
        thumbnail: path.join(task.directory, 'thumbnail.webp'),
        spritesheet: path.join(task.directory, 'spritesheet.jpg'),
      };
      await writeFile(files.video, clipOf(task.recipe));
      await writeFile(files.thumbnail, picture('image/webp'));
      await writeFile(files.spritesheet, picture('image/jpeg'));
      return files;
    },
  };
}

/** A model elsewhere: `work` asks for a clip, or goes on with a ticket; then the clip is there. */
export function remoteEngine(name: string, work: (task: RemoteTask) => Promise<unknown>): RemoteEngine {
  return {
    name,
    plan: (request) => ({ recipe: testEngine().plan(request), notes: [] }),
    async render(task) {
      await work(task);
      task.signal.throwIfAborted();
      await writeFile(path.join(task.directory, 'video.mp4'), clipOf(task.recipe));
    },
  };
}

/** The test engine, which can also remix, edit and extend. */
export function revisingEngine(work?: (task: RenderTask) => unknown): Engine {
  return {
    ...testEngine(work),
    revise({ segments, ...recipe }, revision) {
      const { kind, prompt } = revision;
      if (kind === 'extension') return { ...recipe, segments: [...segments, { prompt, seconds: revision.seconds }] };
      return { ...recipe, segments: segments.map(({ seconds }) => ({ prompt, seconds })) };
    },
  };
}

/** No provider at all. */
export const noRemote = async (model: string) => Promise.reject(new NotHere(`no provider of ${model}`));

/** The bytes the test engine makes of a recipe. */
export function clipOf(recipe: Pick<Recipe, 'seed'>): Buffer {
  return mp4(Buffer.alloc(4_096, `frame of ${recipe.seed};`));
}

/** Work that goes on until the studio stops it. */
export async function untilStopped({ signal, onProgress }: RenderTask): Promise<never> {
  onProgress(1, 100);
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

export interface TestStudio extends AsyncDisposable {
  /** Ends in `/v1`. */
  baseUrl: string;
  state: string;
}

/** A studio with the test engine, on a state folder of its own. */
export async function openStudio(options: Partial<StudioOptions> = {}): Promise<TestStudio> {
  const folder = await temporaryFolder();
  const studio = await startStudio({ state: folder.path, engine: testEngine(), ...options });
  return {
    baseUrl: studio.baseUrl,
    state: folder.path,
    async [Symbol.asyncDispose]() {
      await studio.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON, or null where it is none. */
  body: unknown;
}

/** One request to a studio; an object is sent as JSON. */
export async function ask(url: string, method = 'GET', body?: object | FormData): Promise<Answer> {
  const isForm = body instanceof FormData;
  const response = await fetch(url, {
    method,
    ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    ...(body !== undefined && !isForm && { headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : null };
}

/** One value of a JSON answer, as a text. */
export function field(body: unknown, name: string): string {
  if (typeof body !== 'object' || body === null) throw new Error(`No object: ${JSON.stringify(body)}`);
  return String(Object.entries(body).find(([key]) => key === name)?.[1]);
}

/** Makes a job and returns its id. */
export async function createJob(baseUrl: string, parameters: object = {}): Promise<string> {
  const { status, body } = await ask(`${baseUrl}/videos`, 'POST', { prompt: 'a boat', ...parameters });
  if (status !== 200) throw new Error(`HTTP ${status}: ${JSON.stringify(body)}`);
  return field(body, 'id');
}

/** Waits until a job has that status. */
export async function reaches(baseUrl: string, id: string, wanted: string, limitMs = 10_000): Promise<unknown> {
  let body: unknown;
  await until(async () => {
    ({ body } = await ask(`${baseUrl}/videos/${id}`));
    return field(body, 'status') === wanted;
  }, limitMs);
  return body;
}

/** Asks again and again until it is so; fails when that takes too long. */
export async function until(isSo: () => Promise<boolean> | boolean, limitMs = 10_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`It did not come true within ${limitMs} ms.`);
    await sleep(20);
  }
}
