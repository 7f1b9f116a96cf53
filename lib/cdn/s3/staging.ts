import { createHash, randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import type { CompletedPart } from '@aws-sdk/client-s3';
import type { CdnFileHeaders } from '../../../types/cdn.ts';
import { VideoToolsetError } from '../../errors.ts';
import type { Bucket } from './bucket.ts';
import { answered, nameOf } from './failure.ts';
import { wireHeaders } from './headers.ts';
import { standingAt } from './objects.ts';

/** Hidden, and named by chance: nobody knows the name of what lies there. */
export const STAGING = '.staging/';

const MEBIBYTE = 1024 ** 2;
const PARTS_IN_FLIGHT = 4;
const MAX_PARTS = 10_000;
/** R2 wants parts of one size, so they grow only where a file would not fit: 8,000 parts hold 62 GiB. */
const EQUAL_PARTS = 8_000;
const partBytesOf = (number: number) => (number <= EQUAL_PARTS ? 8 : 64) * MEBIBYTE;
/** How long it may take to leave nothing behind. */
const CLEAN_UP_MS = 10_000;

/** What was sent, and what the server said it got. */
export interface Staged {
  name: string;
  bytes: number;
  /** Hex; of all that was written to the stream. */
  sha256: string;
  /** Does the server's own SHA-256 of the object, or of each of its parts, equal ours? */
  isProven: boolean;
}

export interface Staging {
  stream: Writable;
  /** Known once the stream has finished. */
  staged(): Staged;
  remove(): Promise<void>;
}

/** A stream into a staging object: one put where it ends within the first part, a multipart upload otherwise. */
export function stage(bucket: Bucket, headers: CdnFileHeaders, explain: (error: unknown) => Error): Staging {
  const { s3 } = bucket;
  const target = { Bucket: bucket.bucket, Key: `${bucket.root}${STAGING}${randomUUID()}` };
  const stop = new AbortController();
  const giveUp = new AbortController();
  const options = { abortSignal: stop.signal };
  const whole = createHash('sha256');
  const parts: CompletedPart[] = [];
  const partDigests: Buffer[] = [];
  const running = new Set<Promise<void>>();
  const free: Buffer[] = [];
  let part: Buffer | undefined;
  let filled = 0;
  let bytes = 0;
  let sent = 0;
  let upload: Promise<string> | undefined;
  let storing: Promise<string | undefined> | undefined;
  let staged: Staged | undefined;

  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) =>
      void take(chunk).then(
        () => done(),
        (error) => done(explain(error)),
      ),
    final: (done) =>
      void finish().then(
        () => done(),
        (error) => done(explain(error)),
      ),
    destroy(error, done) {
      stop.abort();
      done(error);
    },
  });

  async function take(chunk: Buffer): Promise<void> {
    whole.update(chunk);
    bytes += chunk.length;
    for (let start = 0; start < chunk.length; ) {
      part ??= emptyPart(sent + 1);
      const copied = chunk.copy(part, filled, start);
      start += copied;
      filled += copied;
      if (filled === part.length) await sendPart();
    }
  }

  function emptyPart(number: number): Buffer {
    if (number > MAX_PARTS) throw tooLarge(bytes);
    const size = partBytesOf(number);
    const used = free.pop();
    return used?.length === size ? used : Buffer.allocUnsafeSlow(size);
  }

  async function sendPart(): Promise<void> {
    if (part === undefined) return;
    const memory = part;
    const body = memory.subarray(0, filled);
    part = undefined;
    filled = 0;
    while (running.size >= PARTS_IN_FLIGHT) await Promise.race(running);
    upload ??= begin();
    const number = ++sent;
    const sending = upload
      .then((id) => uploadPart(id, number, body))
      .then(() => void free.push(memory))
      .finally(() => running.delete(sending));
    running.add(sending);
    sending.catch((error) => stream.destroy(explain(error)));
  }

  /** Not stopped with the rest: an upload whose id was never learnt could not be taken back. */
  async function begin(): Promise<string> {
    const described = { ...target, ...wireHeaders(headers) };
    const { UploadId: id } = await withChecksum(bucket, (isWanted) =>
      s3.createMultipartUpload(
        { ...described, ...(isWanted && { ChecksumAlgorithm: 'SHA256' }) },
        { abortSignal: giveUp.signal },
      ),
    );
    if (id === undefined) throw new TypeError('the server named no upload id');
    return id;
  }

  async function uploadPart(id: string, number: number, body: Buffer): Promise<void> {
    const digest = createHash('sha256').update(body).digest();
    const checksum = bucket.takesChecksums && { ChecksumSHA256: digest.toString('base64') };
    const address = { ...target, UploadId: id, PartNumber: number };
    const { ETag, ChecksumSHA256 } = await s3.uploadPart({ ...address, Body: body, ...checksum }, options);
    partDigests[number - 1] = digest;
    parts[number - 1] = { PartNumber: number, ETag, ...(ChecksumSHA256 !== undefined && { ChecksumSHA256 }) };
  }

  async function finish(): Promise<void> {
    const sha256 = whole.digest();
    if (upload === undefined) {
      storing = put(part?.subarray(0, filled) ?? Buffer.alloc(0), sha256.toString('base64'));
    } else {
      await sendPart();
      await Promise.all(running);
      storing = complete(await upload);
    }
    const checksum = await storing;
    const expected = upload === undefined ? sha256.toString('base64') : compositeOf(partDigests);
    staged = { name: target.Key, bytes, sha256: sha256.toString('hex'), isProven: checksum === expected };
    part = undefined;
    free.length = 0;
  }

  async function put(body: Buffer, checksum: string): Promise<string | undefined> {
    const { ChecksumSHA256 } = await withChecksum(bucket, (isWanted) =>
      s3.putObject(
        { ...target, ...wireHeaders(headers), Body: body, ...(isWanted && { ChecksumSHA256: checksum }) },
        options,
      ),
    );
    return ChecksumSHA256;
  }

  async function complete(id: string): Promise<string | undefined> {
    try {
      const request = { ...target, UploadId: id, MultipartUpload: { Parts: parts } };
      return (await s3.completeMultipartUpload(request, options)).ChecksumSHA256;
    } catch (error) {
      // An answer that was lost: the object is there, and its upload is no more.
      if (nameOf(error) !== 'NoSuchUpload' || (await standingAt(bucket, target.Key, stop.signal))?.bytes !== bytes)
        throw error;
      return undefined;
    }
  }

  return {
    stream,
    staged() {
      if (staged === undefined) throw new TypeError('the upload has not ended');
      return staged;
    },
    async remove() {
      stream.destroy();
      const timer = setTimeout(() => giveUp.abort(), CLEAN_UP_MS);
      await Promise.allSettled([...running, upload, storing]);
      clearTimeout(timer);
      const cleaning = { abortSignal: AbortSignal.timeout(CLEAN_UP_MS) };
      // What cannot be removed now is swept a day later; the first failure is the one to tell.
      const id = staged === undefined ? await upload?.catch(() => undefined) : undefined;
      if (id !== undefined) await s3.abortMultipartUpload({ ...target, UploadId: id }, cleaning).catch(() => undefined);
      if (storing !== undefined) await s3.deleteObject(target, cleaning).catch(() => undefined);
    },
  };
}

const UNKNOWN = ['InvalidArgument', 'InvalidRequest', 'NotImplemented', 'UnsupportedArgument'];

/** A checksum is asked for until a server turns out not to know it. */
async function withChecksum<T>(bucket: Bucket, call: (isWanted: boolean) => Promise<T>): Promise<T> {
  if (!bucket.takesChecksums) return await call(false);
  try {
    return await call(true);
  } catch (error) {
    const isRefused = answered(error, 501) || (answered(error, 400) && UNKNOWN.includes(nameOf(error)));
    if (!isRefused) throw error;
    const answer = await call(false);
    bucket.takesChecksums = false;
    return answer;
  }
}

/** S3's checksum of an object in parts: the hash of the hashes, and how many. */
function compositeOf(digests: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const digest of digests) hash.update(digest);
  return `${hash.digest('base64')}-${digests.length}`;
}

function tooLarge(bytes: number): VideoToolsetError {
  return new VideoToolsetError(
    'publish_failed',
    `S3 takes no more than 10,000 parts: the file has over ${bytes} bytes.`,
    {
      next_step: 'Publish a smaller file.',
    },
  );
}
