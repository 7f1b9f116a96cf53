import { open } from 'node:fs/promises';

/** Boxes that a reader believes, around as many frames as wanted. */
export async function writeClip(file: string, bytes: number): Promise<void> {
  const box = (name: string, length: number) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(length);
    head.write(name, 4, 'latin1');
    return head;
  };
  const ftyp = Buffer.concat([box('ftyp', 16), Buffer.from('isom\0\0\u0002\0', 'latin1')]);
  const head = Buffer.concat([ftyp, box('moov', 8), box('mdat', bytes - 24)]);
  const handle = await open(file, 'w');
  await handle.write(head);
  const chunk = Buffer.alloc(1024 * 1024, 'frames');
  for (let written = head.length; written < bytes; )
    written += (await handle.write(chunk.subarray(0, Math.min(chunk.length, bytes - written)))).bytesWritten;
  await handle.close();
}
