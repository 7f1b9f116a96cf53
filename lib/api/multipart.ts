import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { VideoToolsetError } from '../errors.ts';

const PIECE_BYTES = 1024 * 1024;
/** One is on its way, one waits in the stream, one is read into; and one more, so that nothing hangs on the exact count. */
const PIECES = 4;

/** A file of the disk as the last part of a form. */
export interface FilePart {
  field: string;
  filename: string;
  type: string;
  bytes: number;
  absolute: string;
}

/** A form that is sent with its length, and opened anew for every attempt. */
export interface Multipart {
  contentType: string;
  contentLength: number;
  open(): Readable;
}

/** Encodes as browsers do (WHATWG HTML, multipart/form-data). The platform's own form copies a file in small pieces, at a third of the speed. */
export function multipart(fields: readonly (readonly [string, string])[], file: FilePart): Multipart {
  const boundary = `video-toolset-${randomBytes(16).toString('hex')}`;
  const opening = (name: string) => `--${boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"`;
  const texts = fields.map(([name, value]) => `${opening(name)}\r\n\r\n${value.replace(/\r?\n|\r/g, '\r\n')}\r\n`);
  const fileHead = `${opening(file.field)}; filename="${escaped(file.filename)}"\r\nContent-Type: ${file.type}\r\n\r\n`;
  const head = Buffer.from(texts.join('') + fileHead);
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: head.length + file.bytes + tail.length,
    open: () => Readable.from(pieces(head, file, tail), { objectMode: false, highWaterMark: 1 }),
  };
}

/** A piece is good until {@link PIECES} more are asked for: memory stays the same for a file of any size. */
async function* pieces(head: Buffer, { absolute, bytes, filename }: FilePart, tail: Buffer): AsyncGenerator<Buffer> {
  yield head;
  const handle = await open(absolute);
  try {
    const ring = Array.from({ length: PIECES }, () => Buffer.allocUnsafeSlow(PIECE_BYTES));
    for (let position = 0, turn = 0; position < bytes; turn++) {
      const buffer = ring[turn % PIECES] ?? Buffer.alloc(PIECE_BYTES);
      const { bytesRead } = await handle.read(buffer, 0, Math.min(PIECE_BYTES, bytes - position), position);
      if (bytesRead === 0)
        throw new VideoToolsetError('invalid_media', `${filename} became shorter while it was being sent.`);
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
  yield tail;
}

const escaped = (text: string) => text.replace(/\r?\n|\r/g, '%0D%0A').replaceAll('"', '%22');
