import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { mp4, webp } from '../support/media.ts';
import type { Received } from '../support/server.ts';
import type { PaidJob } from './providerClient.ts';

/** Large enough that a client reads it in several pieces. */
const clipOf = (id: string) => mp4(Buffer.alloc(200_000, `frame of ${id};`));

const POSTER = webp();

/** What a create makes: an id that nobody guesses, and a clip of its own. */
export function paidJobOf(prompt: string): PaidJob {
  const id = `video_${randomBytes(12).toString('hex')}`;
  const clip = clipOf(id);
  const sha256 = createHash('sha256').update(clip).digest('hex');
  return { id, prompt, bytes: clip.length, sha256, acceptedAt: Date.now() };
}

/** The clip, or the rest of it where the client holds the beginning. */
export async function serveClip(
  job: PaidJob,
  { headers }: Received,
  response: ServerResponse,
  pauseMs: number,
): Promise<void> {
  const etag = `"${job.sha256}"`;
  const clip = clipOf(job.id);
  const isSame = headers['if-range'] === undefined || headers['if-range'] === etag;
  const start = isSame ? Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0) : 0;
  const described = { 'content-type': 'video/mp4', etag, 'accept-ranges': 'bytes' };
  if (start >= clip.length) {
    response.writeHead(416, { 'content-range': `bytes */${clip.length}` }).end();
    return;
  }
  const range = start > 0 && { 'content-range': `bytes ${start}-${clip.length - 1}/${clip.length}` };
  await inHalves(response, range ? 206 : 200, { ...described, ...range }, clip.subarray(start), pauseMs);
}

export function servePoster(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'image/webp', 'content-length': POSTER.length }).end(POSTER);
}

export async function inHalves(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: Buffer,
  pauseMs: number,
): Promise<void> {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  const half = Math.floor(body.length / 2);
  response.write(body.subarray(0, half));
  await sleep(pauseMs);
  response.end(body.subarray(half));
}
