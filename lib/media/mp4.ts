import { type FileHandle, open } from 'node:fs/promises';

/**
 * Do the top-level boxes of this MP4 fill the file exactly, its index among them? A file that was cut anywhere fails, which
 * its beginning does not show. Source: ISO/IEC 14496-12, section 4.2.
 */
export async function isWholeMp4(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    let offset = 0;
    let hasIndex = false;
    while (offset < size) {
      const box = await boxAt(file, offset, size);
      if (box === undefined || offset + box.bytes > size) return false;
      hasIndex ||= box.name === 'moov' || box.name === 'moof';
      offset += box.bytes;
    }
    return hasIndex;
  } finally {
    await file.close();
  }
}

/**
 * The length that an MP4 states in its index (`moov/mvhd`); undefined where it states none, or is no MP4.
 * Source: ISO/IEC 14496-12, section 8.2.2.
 */
export async function mp4Seconds(path: string): Promise<number | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const index = await findBox(file, 'moov', 0, size);
    const header = index && (await findBox(file, 'mvhd', index.from, index.to));
    if (header === undefined) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(32), 0, 32, header.from);
    if (bytesRead < 32) return undefined;
    const isLong = buffer.readUInt8(0) === 1;
    const timescale = buffer.readUInt32BE(isLong ? 20 : 12);
    const duration = isLong ? Number(buffer.readBigUInt64BE(24)) : buffer.readUInt32BE(16);
    return timescale > 0 && duration > 0 && duration !== UNKNOWN_DURATION ? duration / timescale : undefined;
  } finally {
    await file.close();
  }
}

const UNKNOWN_DURATION = 2 ** 32 - 1;

/** Where the content of the first box of that name begins and ends. */
async function findBox(
  file: FileHandle,
  name: string,
  from: number,
  to: number,
): Promise<{ from: number; to: number } | undefined> {
  for (let offset = from; offset < to; ) {
    const box = await boxAt(file, offset, to);
    if (box === undefined) return undefined;
    if (box.name === name) return { from: offset + box.headerBytes, to: Math.min(to, offset + box.bytes) };
    offset += box.bytes;
  }
  return undefined;
}

async function boxAt(
  file: FileHandle,
  offset: number,
  fileSize: number,
): Promise<{ name: string; bytes: number; headerBytes: number } | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, offset);
  if (bytesRead < 8) return undefined;
  const short = buffer.readUInt32BE(0);
  const bytes =
    short === 1 && bytesRead === 16 ? Number(buffer.readBigUInt64BE(8)) : short === 0 ? fileSize - offset : short;
  if (bytes < 8) return undefined;
  return { name: buffer.toString('latin1', 4, 8), bytes, headerBytes: short === 1 ? 16 : 8 };
}
