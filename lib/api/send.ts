import { ApiError, VideoToolsetError } from '../errors.ts';
import { encode, type WireRequest } from './body.ts';
import type { SendGate } from './handover.ts';
import type { Http, JsonResponse } from './http.ts';
import type { Profile } from './profiles.ts';

type Encoding = 'json' | 'multipart';

export interface SendOptions {
  signal?: AbortSignal | undefined;
  gate?: SendGate | undefined;
  /** The same for every attempt at the same clip. */
  idempotencyKey?: string | undefined;
  /** Sends again what was refused for a passing reason before a job was made. @default true */
  retry?: boolean | undefined;
}

/**
 * Sends what makes a job, in the encoding this server takes. Where that is not known, an answer that clearly came from
 * body parsing, so that no job was made, is followed by one attempt in the other encoding; what worked is remembered.
 */
export function createSender(http: Http, profile: Profile) {
  let learned: Encoding | undefined = profile.body === 'auto' ? undefined : profile.body;

  return async (
    path: string,
    wire: WireRequest,
    { signal, gate, idempotencyKey, retry = true }: SendOptions = {},
  ): Promise<JsonResponse> => {
    const { idempotencyKey: header } = profile;
    const headers = header !== undefined && idempotencyKey !== undefined ? { [header]: idempotencyKey } : {};
    const send = async (encoding: Encoding) =>
      await http.json({
        method: 'POST',
        path,
        body: await encode(wire, encoding),
        headers,
        signal,
        gate,
        makesJob: true,
        ...(!retry && { retry }),
      });
    const first: Encoding = wire.upload === undefined ? (learned ?? 'json') : 'multipart';
    try {
      return await send(first);
    } catch (error) {
      if (profile.name !== 'auto' || learned !== undefined || !isAboutTheBody(error, wire)) throw error;
      const other: Encoding = first === 'json' ? 'multipart' : 'json';
      if (other === 'multipart' && 'input_reference' in wire.fields) throw imageWouldBeLost(error);
      const response = await send(other).catch((second) => {
        throw second instanceof VideoToolsetError && isAboutTheBody(second, wire) ? error : second;
      });
      if (wire.upload === undefined) learned = other;
      return response;
    }
  };
}

/** A server that takes forms only has a field of its own for the address of an image, and which one is not known. */
function imageWouldBeLost(cause: unknown): VideoToolsetError {
  return new VideoToolsetError(
    'unsupported',
    'This server takes no JSON, and how it takes the address of an image is not known: no job was made.',
    {
      cause,
      next_step: "Give the image as a file, or name the server's dialect with VIDEO_SERVER.",
    },
  );
}

/** 415, or a 400 or 422 that misses what was sent, or speaks of the encoding. */
function isAboutTheBody(error: unknown, { fields }: WireRequest): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.status === 415) return true;
  if (error.status !== 400 && error.status !== 422) return false;
  const missesPrompt =
    /field required|missing/i.test(error.message) && /\bprompt\b/.test(error.message) && 'prompt' in fields;
  return (
    missesPrompt ||
    /unsupported media type|multipart|form-?data|content-type|(invalid|expected|not valid|decode).{0,20}json/i.test(
      error.message,
    )
  );
}
