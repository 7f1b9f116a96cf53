import type { Writable } from 'node:stream';

/** A file at its public address; `sha256` is what the address was verified to hold. */
export interface PublishedFile {
  url: string;
  /** The source, relative to the workspace. */
  path: string;
  /** The name within the CDN; it holds the hash. */
  key: string;
  bytes: number;
  /** Hex. */
  sha256: string;
  content_type: string;
  /** How the bytes at the far end were proven to be the file's. */
  verified: Verification;
  /** Of a picture of the clip. */
  poster_url?: string;
  /** Of a JSON that tells where the clip came from. */
  sidecar_url?: string;
}

/** `sha256`: by the hash of what lies there; `size`: only their number could be asked for. */
export type Verification = 'sha256' | 'size';

/** What the far end is told of a file, beside its bytes. */
export interface CdnFileHeaders {
  contentType: string;
  cacheControl?: string;
  contentDisposition?: string;
}

export interface CdnEntry {
  key: string;
  url: string;
  bytes: number;
  /** Milliseconds since 1970. */
  modifiedMs: number;
}

/** The smallest interface a place to publish to must offer. A key is relative, and has no dotted or hidden part; errors are wrapped by the caller. */
export interface CdnDriver {
  readonly name: string;
  /** Begins an upload nobody can see yet. */
  open(headers: CdnFileHeaders): Promise<CdnUpload>;
  /** What stands under a key, or undefined. */
  head(key: string): Promise<{ bytes: number; sha256?: string; modifiedMs: number } | undefined>;
  remove(key: string): Promise<boolean>;
  list(prefix: string): AsyncIterable<{ key: string; bytes: number; modifiedMs: number }>;
  /** Where the key can be fetched; it may be signed anew each time. */
  url(key: string): Promise<string>;
  close(): Promise<void>;
}

export interface CdnUpload {
  stream: Writable;
  /**
   * Makes the bytes public under the key, at once and whole. Equal bytes that stand there already are a no-op.
   * @throws where other bytes stand under the key, or where what arrived is not what was sent
   */
  commit(key: string, proof: { bytes: number; sha256: string }): Promise<Verification>;
  /** Leaves nothing behind; harmless after a commit, and after a stream that failed. */
  abort(): Promise<void>;
}
