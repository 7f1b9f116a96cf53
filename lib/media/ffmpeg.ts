import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { systemCode, VideoToolsetError } from '../errors.ts';

/** More than 8K video has; a file may claim any size. */
const MOST_PIXELS = 50_000_000;

/** How it ends where it is asked to by a signal. */
const ENDED = 255;

/** What comes before every input: a file may name no other one, and no address. */
export const INPUT = ['-max_pixels', String(MOST_PIXELS), '-protocol_whitelist', 'file,pipe'] as const;

export const NEEDS_FFMPEG = 'Install ffmpeg (apt-get install ffmpeg), or put yours on the PATH; then run it again.';

/**
 * Runs the machine's ffmpeg: it is what decodes foreign bytes, in no process of ours.
 * @returns what it wrote to `pipe:1`
 * @throws VideoToolsetError `missing_package` where there is none, `invalid_media` with its last words where it failed
 */
export async function runFfmpeg(args: readonly string[], signal?: AbortSignal): Promise<Buffer> {
  signal?.throwIfAborted();
  const ffmpeg = spawn('ffmpeg', ['-nostdin', '-hide_banner', '-v', 'error', '-y', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal && { signal }),
  });
  try {
    const [[status], output, said] = await Promise.all([
      once(ffmpeg, 'close'),
      buffer(ffmpeg.stdout),
      text(ffmpeg.stderr),
    ]);
    if (status === 0) return output;
    if (status === null || status === ENDED) throw ended(status);
    throw new VideoToolsetError('invalid_media', `ffmpeg could not read the clip: ${lastLine(said)}`);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw noFfmpeg(error);
    throw error;
  }
}

/** @throws VideoToolsetError `missing_package` where there is none */
export async function requireFfmpeg(): Promise<void> {
  await runFfmpeg(['-version']);
}

/** As by whoever ends all programs of a terminal or a service, or for want of memory. */
function ended(status: number | null): VideoToolsetError {
  const message = `ffmpeg was ended from outside before it was done (${status ?? 'killed'}).`;
  return new VideoToolsetError('internal', message, { retryable: true, next_step: 'Run it again.' });
}

function noFfmpeg(cause: unknown): VideoToolsetError {
  return new VideoToolsetError('missing_package', 'This needs the program ffmpeg, which is not on the PATH.', {
    cause,
    next_step: NEEDS_FFMPEG,
  });
}

/** Without the path that it may begin with. */
function lastLine(said: string): string {
  const line = said.trim().split('\n').at(-1) ?? '';
  return line.replace(/^file:.*\/[^/:]*: /, '').slice(0, 200) || 'it did not say why';
}
