import { randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';

/** A file that a request brought, of whatever kind; its sender's name for it is not used. */
export class Upload {
  readonly path: string;
  readonly bytes: number;

  constructor(location: string, bytes: number) {
    this.path = location;
    this.bytes = bytes;
  }
}

/** The files of one request: what nobody has moved elsewhere by its end is removed. */
export interface Uploads extends AsyncDisposable {
  /**
   * Writes to the disk what comes, in constant memory.
   * @returns undefined where there is more than allowed; the rest is not read
   */
  save(chunks: AsyncIterable<Uint8Array>, mostBytes: number): Promise<Upload | undefined>;
}

/** @param folder on the same disk as the files' last place */
export function openUploads(folder: string): Uploads {
  const saved: string[] = [];
  return {
    async save(chunks, mostBytes) {
      await mkdir(folder, { recursive: true });
      const location = path.join(folder, randomUUID());
      saved.push(location);
      await using file = await open(location, 'wx', 0o600);
      let bytes = 0;
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > mostBytes) return undefined;
        await file.writeFile(chunk);
      }
      await file.sync();
      return new Upload(location, bytes);
    },

    async [Symbol.asyncDispose]() {
      await Promise.all(saved.map((location) => rm(location, { force: true })));
    },
  };
}
