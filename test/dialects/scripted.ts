import type { VideoApi } from '../../lib/api/video.ts';
import { type ClientOptions, openClient, type TestClock } from './client.ts';
import { CLIP } from './media.ts';
import { type Answer, bytes, json, listen, type Received, text } from './server.ts';

export type Call = 'create' | 'retrieve' | 'content' | 'list' | 'delete' | 'other';
/** @param count from 1, of the calls of this kind */
export type Step = Answer | ((request: Received, count: number) => Answer | Promise<Answer>);

export interface Scripted extends AsyncDisposable {
  api: VideoApi;
  clock: TestClock;
  folder: string;
  origin: string;
  received: readonly Received[];
  calls(call: Call): Received[];
}

const DEFAULTS: Record<Call, Step> = {
  create: json({ id: 'video_1', status: 'queued' }),
  retrieve: json({ id: 'video_1', status: 'completed' }),
  content: bytes(CLIP),
  list: json({ data: [], has_more: false }),
  delete: json({ id: 'video_1', deleted: true }),
  other: text('no such route', 404),
};

/** A client with a server that answers as the test says, and as a polite one would elsewhere. */
export async function scripted(
  script: Partial<Record<Call, Step>>,
  options: Partial<ClientOptions> = {},
): Promise<Scripted> {
  const counts = new Map<Call, number>();
  const server = await listen((request) => {
    const call = callOf(request);
    const count = (counts.get(call) ?? 0) + 1;
    counts.set(call, count);
    const step = script[call] ?? DEFAULTS[call];
    return typeof step === 'function' ? step(request, count) : step;
  });
  const { api, clock, folder, ...client } = await openClient({ baseUrl: `${server.origin}/v1`, ...options });
  return {
    api,
    clock,
    folder,
    origin: server.origin,
    received: server.received,
    calls: (call) => server.received.filter((request) => callOf(request) === call),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function callOf({ method, path }: Received): Call {
  if (path === '/v1/videos') return method === 'POST' ? 'create' : 'list';
  if (!/^\/v1\/videos\/[^/]+(\/content)?$/.test(path)) return 'other';
  if (path.endsWith('/content')) return 'content';
  return method === 'GET' ? 'retrieve' : method === 'DELETE' ? 'delete' : 'other';
}
