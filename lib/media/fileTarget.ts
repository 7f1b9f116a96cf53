import type { FileHandle } from 'node:fs/promises';
import { StreamTarget, type StreamTargetChunk } from 'mediabunny';

/** mediabunny's own file target takes a short write for a whole one: on a full disk it reports success and half a file. */
export function createFileTarget(file: FileHandle): StreamTarget {
  const write = async ({ data, position }: StreamTargetChunk) => {
    for (let written = 0; written < data.byteLength; ) {
      const { bytesWritten } = await file.write(data, written, data.byteLength - written, position + written);
      written += bytesWritten;
    }
  };
  return new StreamTarget(new WritableStream({ write }), { chunked: true });
}
