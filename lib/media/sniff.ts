import { open } from 'node:fs/promises';

/** What file-type needs at most to tell the formats this project handles. */
const SNIFFED_BYTES = 4_100;
/** Where file-type is ahead of mime-types, which knows the suffix. */
const OLDER_NAMES: Record<string, string> = { 'video/vnd.avi': 'video/x-msvideo' };

/** The media type of some bytes by their magic number, never by a name; `application/octet-stream` where it is not known. */
export async function mediaTypeOf(beginning: Uint8Array): Promise<string> {
  const { fileTypeFromBuffer } = await import('file-type');
  const type = (await fileTypeFromBuffer(beginning))?.mime ?? 'application/octet-stream';
  return OLDER_NAMES[type] ?? type;
}

/** @see mediaTypeOf */
export async function mediaTypeOfFile(path: string): Promise<string> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0);
    return await mediaTypeOf(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}
