import { ApiError, VideoToolsetError } from '../errors.ts';
import { isRecord, parseVideo } from './parse.ts';
import type { OptionalOperation, Profile } from './profiles.ts';
import type { VideoApi } from './video.ts';

const WORDS: Record<OptionalOperation, string> = {
  list: 'listing jobs',
  delete: 'deleting jobs',
  remix: 'remixing a clip',
  edit: 'editing a clip',
  extend: 'extending a clip',
  characters: 'characters',
};

/** An HTTP error whose body is a job that failed: vLLM-Omni's way to say so, and an end, not a passing trouble. */
export function isFailedVideo(_status: number, data: unknown): boolean {
  if (!isRecord(data) || typeof data.id !== 'string' || typeof data.status !== 'string') return false;
  return parseVideo(data).status === 'failed';
}

export function notOffered(operation: OptionalOperation, { label }: Profile, cause?: unknown): VideoToolsetError {
  const who = label.charAt(0).toUpperCase() + label.slice(1);
  return new VideoToolsetError('unsupported', `${who} does not offer ${WORDS[operation]}.`, {
    cause,
    next_step: 'Do without it, or use a server that offers it.',
  });
}

/** Is there no such operation, or only no such job? A framework's plain page, or a job that is there, tells. */
export async function isMissingRoute(
  operation: OptionalOperation,
  error: unknown,
  id: string | undefined,
  api: VideoApi,
): Promise<boolean> {
  if (!(error instanceof ApiError)) return false;
  if (error.status === 405 || error.status === 501) return true;
  if (error.status !== 404) return false;
  if (/: "Not Found"( \(|$)|unknown request url|invalid url|no route/i.test(error.message) || operation === 'list')
    return true;
  if (id === undefined) return false;
  return await api.retrieve(id).then(
    () => true,
    () => false,
  );
}

export function forgotten(id: string, cause: ApiError): VideoToolsetError {
  return new VideoToolsetError(
    'gone',
    `Job ${id} was made, but its server does not know it any more: ${cause.message}`,
    {
      cause,
      submitted: 'yes',
      billed: 'likely',
      job_id: id,
      next_step: 'Servers that keep jobs in memory forget them when they restart. Ask before the clip is made anew.',
    },
  );
}
