import type { CdnDriver } from '../../types/cdn.ts';
import { urlPathOf } from './key.ts';
import { type Bucket, loadPresigner, openBucket } from './s3/bucket.ts';
import { s3Failure } from './s3/failure.ts';
import { type S3Credentials, s3LocationOf } from './s3/location.ts';
import { standingAt } from './s3/objects.ts';
import { prove } from './s3/proof.ts';
import { COPY_LIMIT_BYTES, makePublic } from './s3/publish.ts';
import { stage } from './s3/staging.ts';
import { sweepStaging } from './s3/sweep.ts';
import { withSafeKeys } from './safeKeys.ts';

export interface S3CdnOptions {
  /** `s3://bucket/prefix?region=&endpoint=&pathStyle=`; path style is the default where an endpoint is given. */
  url: URL;
  /** What stands before a key in its public address. @default addresses are signed, and end after seven days */
  publicUrl?: string;
  /** @default what the AWS SDK finds by its own chain */
  credentials?: S3Credentials;
  /** Larger objects are copied in parts. @default 5 GiB, the most S3 copies at once */
  copyLimitBytes?: number;
  /** @default Date.now */
  now?: () => number;
}

/** The longest that S3 lets an address live; one signed by a session ends with the session. */
const SIGNED_SECONDS = 7 * 24 * 60 * 60;

/**
 * Publishes into a bucket of S3 or of a server that speaks it. A file is sent to a staging name, proven there, and copied
 * to its key by the server: S3 fixes the name of an upload at its start, while the key is known at its end.
 *
 * @throws VideoToolsetError `invalid_configuration`; on first use `missing_package`; then `publish_failed`
 */
export function createS3Cdn({ url, publicUrl, credentials, copyLimitBytes, now = Date.now }: S3CdnOptions): CdnDriver {
  const location = s3LocationOf(url);
  const closing = new AbortController();
  let opening: Promise<Bucket> | undefined;
  let sweeping: Promise<void> | undefined;

  async function attempt<T>(tried: string, call: (bucket: Bucket) => Promise<T>): Promise<T> {
    opening ??= openBucket(location, credentials);
    try {
      return await call(await opening);
    } catch (error) {
      throw s3Failure(error, tried, location);
    }
  }

  async function* objects(prefix: string) {
    let token: string | undefined;
    do {
      const page = await attempt('list what is published', ({ s3, bucket, root }) =>
        s3.listObjectsV2({ Bucket: bucket, Prefix: root + prefix, ...(token && { ContinuationToken: token }) }),
      );
      yield* page.Contents ?? [];
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  return withSafeKeys({
    name: 's3',

    async open(headers) {
      const bucket = await attempt('begin an upload', async (opened) => opened);
      // Nobody waits for it, and where it is not allowed the uploads work all the same.
      sweeping ??= sweepStaging(bucket, now(), closing.signal).catch(() => undefined);
      const staging = stage(bucket, headers, (error) => s3Failure(error, 'take the file', location));
      const stop = new AbortController();
      let isPublic = false;
      return {
        stream: staging.stream,
        async commit(key, proof) {
          const verified = await attempt(`publish ${key}`, async () => {
            const staged = staging.staged();
            const result = await prove(bucket, staged, key, proof, stop.signal);
            await makePublic(bucket, {
              ...proof,
              from: staged.name,
              key,
              headers,
              copyLimitBytes: copyLimitBytes ?? COPY_LIMIT_BYTES,
              signal: stop.signal,
            });
            return result;
          });
          isPublic = true;
          await staging.remove();
          return verified;
        },
        async abort() {
          if (isPublic) return;
          stop.abort();
          await staging.remove();
        },
      };
    },

    head: (key) => attempt(`look at ${key}`, (bucket) => standingAt(bucket, bucket.root + key)),

    remove: (key) =>
      attempt(`remove ${key}`, async (bucket) => {
        if ((await standingAt(bucket, bucket.root + key)) === undefined) return false;
        await bucket.s3.deleteObject({ Bucket: bucket.bucket, Key: bucket.root + key });
        return true;
      }),

    async *list(prefix) {
      for await (const { Key = '', Size = 0, LastModified } of objects(prefix)) {
        const key = Key.slice(location.root.length);
        const isFolder = key === '' || key.endsWith('/');
        if (!isFolder && !key.startsWith('.')) yield { key, bytes: Size, modifiedMs: LastModified?.getTime() ?? 0 };
      }
    },

    async url(key) {
      if (publicUrl !== undefined) return `${publicUrl}/${urlPathOf(key)}`;
      return await attempt(`sign the address of ${key}`, async ({ s3, bucket, root }) => {
        const [{ getSignedUrl }, { GetObjectCommand }] = await Promise.all([
          loadPresigner(),
          import('@aws-sdk/client-s3'),
        ]);
        const command = new GetObjectCommand({ Bucket: bucket, Key: root + key });
        return await getSignedUrl(s3, command, { expiresIn: SIGNED_SECONDS });
      });
    },

    async close() {
      closing.abort();
      await sweeping;
      (await opening?.catch(() => undefined))?.s3.destroy();
    },
  });
}
