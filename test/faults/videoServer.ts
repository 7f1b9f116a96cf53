import { createHash } from 'node:crypto';
import { mp4Of } from '../dialects/media.ts';
import { type Answer, bytes, type HttpServer, json, listen, type Received } from '../dialects/server.ts';
import { seededRandom } from './random.ts';

const random = seededRandom(1);

/** 1 MiB that no compression makes smaller. */
export const CLIP = mp4Of(Buffer.from(Array.from({ length: 1024 ** 2 }, () => Math.floor(random() * 256))));
export const CLIP_SHA256 = createHash('sha256').update(CLIP).digest('hex');

export interface VideoServer extends HttpServer {
  /** POSTs that arrived: what is paid for. */
  readonly creates: number;
}

/** Three routes that never fail; what goes wrong happens on the way. */
export async function startVideoServer({ hasRanges = true } = {}): Promise<VideoServer> {
  let creates = 0;
  let polls = 0;
  const server = await listen((request) => {
    if (request.method === 'POST') {
      creates++;
      return json({ id: 'video_1', status: 'queued' });
    }
    if (request.path.endsWith('/content')) return hasRanges ? ranged(request) : bytes(CLIP);
    if (request.path === '/v1/videos') return json({ data: [{ id: 'video_1', status: 'queued' }], has_more: false });
    return json({ id: 'video_1', status: ++polls > 1 ? 'completed' : 'queued' });
  });
  return Object.defineProperties({ ...server, creates: 0 }, { creates: { get: () => creates } });
}

/** The clip, or the rest of it where the client holds the beginning of this very one. */
export function ranged({ headers }: Received, etag = `"${CLIP_SHA256}"`): Answer {
  const described = { etag, 'accept-ranges': 'bytes' };
  const start = Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);
  const isSame = headers['if-range'] === undefined || headers['if-range'] === etag;
  if (start === 0 || !isSame) return bytes(CLIP, 'video/mp4', described);
  if (start >= CLIP.length) return { status: 416, headers: { 'content-range': `bytes */${CLIP.length}` } };
  const range = { 'content-range': `bytes ${start}-${CLIP.length - 1}/${CLIP.length}` };
  return { ...bytes(CLIP.subarray(start), 'video/mp4', { ...described, ...range }), status: 206 };
}
