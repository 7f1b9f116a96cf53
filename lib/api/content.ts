import { Readable } from 'node:stream';
import type { Video, VideoVariant } from '../../types/video.ts';
import { ApiError, VideoToolsetError } from '../errors.ts';
import type { BodySource } from './append.ts';
import type { Clock } from './clock.ts';
import { discard } from './discard.ts';
import { notMedia } from './download.ts';
import { addressesOf, inlineBytesOf } from './elsewhere.ts';
import type { Http, HttpResponse } from './http.ts';
import { path as route } from './path.ts';
import { parseJson, readText } from './read.ts';

const NOT_READY_STATUS = [400, 404, 409, 425];
const NOT_READY = /in.?progress|not (yet )?(ready|completed|available)|not_start|processing|queued|generating/i;
const ELSEWHERE = [404, 405, 501];
const EXPIRED = /expired|no longer available/i;
const READY_PAUSES_MS = [500, 1_000, 2_000];

/** Opens a finished job's bytes wherever its server has them: behind `content`, or at an address that it names. */
export function contentSource(http: Http, video: Video, variant: VideoVariant, clock: Clock): BodySource {
  const fromApi: BodySource = (headers, signal) =>
    http.stream({
      method: 'GET',
      path: route`/videos/${video.id}/content`,
      ...(variant !== 'video' && { query: { variant } }),
      headers: { ...headers, accept: 'video/*, image/*, */*', 'accept-encoding': 'identity' },
      signal,
      isAnswer: (status) => status === 416,
    });
  const fromAddress =
    (address: string): BodySource =>
    (headers, signal) =>
      http.streamFrom(address, { headers: { ...headers, accept: '*/*', 'accept-encoding': 'identity' }, signal });
  let found: BodySource | undefined;

  return async (headers, signal) => {
    if (found !== undefined) return await found(headers, signal);
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await fromApi(headers, signal);
        const named = await namedInstead(response);
        found = named === undefined ? fromApi : fromAddress(named);
        return named === undefined ? response : await found(headers, signal);
      } catch (error) {
        const elsewhere =
          variant === 'video' ? await fromElsewhere(error, video, fromAddress, headers, signal) : undefined;
        if (elsewhere !== undefined) {
          found = elsewhere.source;
          return elsewhere.response;
        }
        const pause = isNotReady(error) ? READY_PAUSES_MS[attempt] : undefined;
        if (pause === undefined) throw explained(error, video, variant);
        await clock.sleep(pause, signal);
      }
    }
  };
}

/** JSON in place of bytes: an error, or an address. */
async function namedInstead({ headers, body }: HttpResponse): Promise<string | undefined> {
  const type = String(headers['content-type'] ?? '');
  if (/^text\/html/i.test(type)) {
    discard(body);
    throw notMedia('an HTML page instead of a clip');
  }
  if (!/^application\/(\w+\+)?json/i.test(type)) return undefined;
  const [address] = addressesOf(parseJson(await readText(body)));
  if (address === undefined) throw notMedia('JSON instead of a clip');
  return address;
}

async function fromElsewhere(
  error: unknown,
  video: Video,
  fromAddress: (address: string) => BodySource,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<{ source: BodySource; response: HttpResponse } | undefined> {
  if (!(error instanceof ApiError)) return undefined;
  if (!ELSEWHERE.includes(error.status) && !/cloud url/i.test(error.message)) return undefined;
  let failure: unknown;
  for (const address of addressesOf(video.raw)) {
    try {
      const source = fromAddress(address);
      return { source, response: await source(headers, signal) };
    } catch (problem) {
      failure = problem;
    }
  }
  const inline = inlineBytesOf(video.raw);
  if (inline !== undefined) {
    const source: BodySource = async () => ({ status: 200, headers: {}, body: Readable.from([inline]) });
    return { source, response: await source({}) };
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

function isNotReady(error: unknown): boolean {
  if (!(error instanceof ApiError) || !NOT_READY_STATUS.includes(error.status)) return false;
  return error.status === 404 || error.status === 425 || NOT_READY.test(error.message);
}

function explained(error: unknown, { id }: Video, variant: VideoVariant): unknown {
  if (!(error instanceof ApiError)) return error;
  const facts = { ...error.facts, cause: error };
  if (EXPIRED.test(error.message) || error.status === 410) {
    return new VideoToolsetError('expired', `The clip of job ${id} has expired on its server: ${error.message}`, {
      ...facts,
      retryable: false,
      next_step: 'It cannot be fetched any more; make it anew if it is still wanted.',
    });
  }
  if (error.status === 422) {
    return new VideoToolsetError('job_failed', `Job ${id} has no clip: ${error.message}`, {
      ...facts,
      retryable: false,
    });
  }
  if (isNotReady(error) && NOT_READY.test(error.message)) {
    return new VideoToolsetError('not_ready', `The clip of job ${id} is not ready yet: ${error.message}`, {
      ...facts,
      retryable: true,
    });
  }
  if (variant !== 'video') {
    return new VideoToolsetError('unsupported', `This server offers no ${variant} of job ${id}: ${error.message}`, {
      ...facts,
      retryable: false,
    });
  }
  if (error.status === 404) {
    return new VideoToolsetError(
      'gone',
      `Job ${id} is completed, but its server has no clip for it: ${error.message}`,
      {
        ...facts,
        retryable: false,
        next_step: 'The clip is lost on the server; make it anew if it is still wanted.',
      },
    );
  }
  return error;
}
