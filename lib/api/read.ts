import type { Readable } from 'node:stream';
import { VideoToolsetError } from '../errors.ts';
import { redact } from '../log.ts';

const MAX_TEXT_BYTES = 16 * 1024 * 1024;
/** A clip that comes in the answer to its create, where there is no second way to get it. */
const MAX_CLIP_BYTES = 256 * 1024 * 1024;

/** The answer to a call that makes a job: JSON, or the clip itself, which then stands where other servers have it in JSON. */
export async function readMade(body: Readable, type: string): Promise<string> {
  const bytes = await readBytes(body, MAX_CLIP_BYTES);
  return /^video\//i.test(type) ? JSON.stringify({ data: [{ b64_json: bytes.toString('base64') }] }) : bytes.toString();
}

/** A whole body as text. @throws VideoToolsetError `invalid_response` for more than 16 MiB */
export async function readText(body: Readable): Promise<string> {
  return (await readBytes(body, MAX_TEXT_BYTES)).toString();
}

function readBytes(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Listeners rather than an async iterator: it costs more than all else that is done to a small answer.
  return new Promise((resolve, reject) => {
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= maxBytes) return;
      body.destroy();
      const limit = `${maxBytes / 1024 ** 2} MiB`;
      reject(new VideoToolsetError('invalid_response', `The server answered with more than ${limit} of JSON.`));
    });
    body.on('end', () => resolve(Buffer.concat(chunks)));
    body.on('error', reject);
    body.on('close', () => {
      if (!body.readableEnded) reject(new Error('the answer broke off'));
    });
  });
}

/** `undefined` for an empty text. @throws VideoToolsetError `invalid_response` */
export function parseJson(text: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new VideoToolsetError('invalid_response', 'The server answered with something that is not JSON.', { cause });
  }
}

/** The body of an error, as JSON or else as text. Some servers repeat the key that they refuse: it is masked. */
export async function readError(body: Readable, secrets: readonly string[]): Promise<unknown> {
  const text = redact(await readText(body).catch(() => ''), secrets);
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
