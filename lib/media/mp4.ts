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

async function boxAt(
  file: FileHandle,
  offset: number,
  fileSize: number,
): Promise<{ name: string; bytes: number } | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, offset);
  if (bytesRead < 8) return undefined;
  const short = buffer.readUInt32BE(0);
  const bytes =
    short === 1 && bytesRead === 16 ? Number(buffer.readBigUInt64BE(8)) : short === 0 ? fileSize - offset : short;
  return bytes < 8 ? undefined : { name: buffer.toString('latin1', 4, 8), bytes };
}
