import assert from 'node:assert/strict';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAnimaticEngine } from '../../lib/studio/engines/animatic/animatic.ts';
import type { Engine } from '../../lib/studio/engines/engine.ts';
import { type Studio, startStudio } from '../../lib/studio/server.ts';
import { temporaryFolder } from '../support/temporary.ts';

const POLL_MS = 20;
const DEADLINE_MS = 30_000;

export type Answer = Record<string, unknown>;

export interface TestStudio extends AsyncDisposable {
  baseUrl: string;
  state: string;
  /** The answer to a request. */
  call(method: string, path: string, body?: object | FormData): Promise<{ status: number; body: Answer }>;
  /** A request that must succeed. */
  post(path: string, body: object | FormData): Promise<Answer>;
  /** The job when it has ended, which must be well. */
  finished(id: unknown): Promise<Answer>;
  /** A finished clip. */
  clip(parameters?: object): Promise<Answer>;
  download(id: unknown, variant?: string): Promise<Buffer<ArrayBuffer>>;
  /** What is seen in the job's clip, when it has ended; the clip itself also tells when it was made. */
  pictures(id: unknown): Promise<Buffer<ArrayBuffer>>;
  /** Closes it and starts another on the same state. */
  restart(): Promise<void>;
}

/** A studio whose pictures are an eighth as wide and high as asked for, and few, so that tests are quick. */
export async function openStudio(): Promise<TestStudio> {
  const folder = await temporaryFolder();
  const start = (): Promise<Studio> => startStudio({ state: folder.path, engine: smallEngine() });
  let studio = await start();

  const call: TestStudio['call'] = async (method, path, body) => {
    const isForm = body instanceof FormData;
    const response = await fetch(`${studio.baseUrl}${path}`, {
      method,
      ...(body && { body: isForm ? body : JSON.stringify(body) }),
      ...(body && !isForm && { headers: { 'content-type': 'application/json' } }),
    });
    const answer: Answer = JSON.parse(await response.text());
    return { status: response.status, body: answer };
  };

  const post: TestStudio['post'] = async (path, body) => {
    const answer = await call('POST', path, body);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  };

  const finished: TestStudio['finished'] = async (id) => {
    const deadline = performance.now() + DEADLINE_MS;
    while (performance.now() < deadline) {
      const { body } = await call('GET', `/videos/${id}`);
      assert.notEqual(body.status, 'failed', JSON.stringify(body.error));
      if (body.status === 'completed') return body;
      await sleep(POLL_MS);
    }
    throw new Error(`${id} did not end in time`);
  };

  const download: TestStudio['download'] = async (id, variant = 'video') => {
    const response = await fetch(`${studio.baseUrl}/videos/${id}/content?variant=${variant}`);
    assert.equal(response.status, 200);
    return Buffer.from(await response.arrayBuffer());
  };

  return {
    get baseUrl() {
      return studio.baseUrl;
    },
    state: folder.path,
    call,
    post,
    finished,
    clip: async (parameters = {}) =>
      finished(
        (await post('/videos', { prompt: 'A red fox in a meadow by day', size: '1280x720', seed: 7, ...parameters }))
          .id,
      ),
    download,
    async pictures(id) {
      await finished(id);
      return download(id, 'spritesheet');
    },
    async restart() {
      await studio.close();
      studio = await start();
    },
    async [Symbol.asyncDispose]() {
      await studio.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** One studio for all tests of a file, which is closed after the last of them. */
export async function sharedStudio(): Promise<TestStudio> {
  const studio = await openStudio();
  after(() => studio[Symbol.asyncDispose]());
  return studio;
}

function smallEngine(): Engine {
  const engine = createAnimaticEngine();
  return {
    ...engine,
    plan: (request) => ({
      ...engine.plan({ ...request, width: request.width / 8, height: request.height / 8 }),
      fps: 1,
    }),
  };
}

/** Fields of a form; a buffer becomes a file. */
export function formOf(fields: Record<string, string | Buffer<ArrayBuffer>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([value]), 'upload.mp4');
  }
  return form;
}

/** `param` and `code` of a refusal. */
export function refusal({ status, body }: { status: number; body: Answer }): unknown {
  const { error } = body;
  assert.ok(typeof error === 'object' && error !== null && 'code' in error && 'param' in error, JSON.stringify(body));
  return { status, param: error.param, code: error.code };
}
