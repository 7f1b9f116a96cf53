import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import type { S3 } from '@aws-sdk/client-s3';
import { openBucket } from '../../lib/cdn/s3/bucket.ts';
import { s3LocationOf } from '../../lib/cdn/s3/location.ts';
import { CREDENTIALS } from './s3Server.ts';

afterEach(() => {
  delete process.env.AWS_REGION;
});

const clientOf = async (address: string) => (await openBucket(s3LocationOf(new URL(address)), CREDENTIALS)).s3;

/** The headers a request would leave with. */
async function headersOf(s3: S3, call: (s3: S3) => Promise<unknown>): Promise<Record<string, string>> {
  let headers: Record<string, string> = {};
  s3.middlewareStack.add(
    () => async (args) => {
      if (typeof args.request === 'object' && args.request !== null && 'headers' in args.request) {
        headers = { ...headers, ...Object.fromEntries(Object.entries(args.request.headers ?? {})) };
      }
      throw new RangeError('not sent');
    },
    { step: 'finalizeRequest', priority: 'low', override: true, name: 'captureHeaders' },
  );
  await assert.rejects(call(s3), RangeError);
  return headers;
}

test('the region comes from the address, then from where the AWS SDK looks, and is us-east-1 otherwise', async () => {
  assert.equal(await (await clientOf('s3://clips')).config.region(), 'us-east-1');
  assert.equal(await (await clientOf('s3://clips?endpoint=http://minio:9000')).config.region(), 'us-east-1');
  process.env.AWS_REGION = 'eu-west-1';
  assert.equal(await (await clientOf('s3://clips')).config.region(), 'eu-west-1');
  assert.equal(await (await clientOf('s3://clips?region=eu-north-1')).config.region(), 'eu-north-1');
  assert.equal(
    await (await clientOf('s3://clips?endpoint=https://x.r2.cloudflarestorage.com')).config.region(),
    'auto',
  );
});

const COPY = { Bucket: 'clips', Key: 'a', CopySource: 'clips/b', IfNoneMatch: '*' };

test("a copy within R2 carries R2's own condition, and signs it; no other request, and no other server, gets it", async () => {
  const r2 = 's3://clips?endpoint=https://x.r2.cloudflarestorage.com';
  const copy = await headersOf(await clientOf(r2), (s3) => s3.copyObject(COPY));
  assert.equal(copy['cf-copy-destination-if-none-match'], '*');
  assert.match(copy.authorization ?? '', /SignedHeaders=[^,]*cf-copy-destination-if-none-match/);
  const put = await headersOf(await clientOf(r2), (s3) => s3.putObject({ Bucket: 'clips', Key: 'a', Body: 'x' }));
  assert.equal(put['cf-copy-destination-if-none-match'], undefined);
  const elsewhere = await headersOf(await clientOf('s3://clips'), (s3) => s3.copyObject(COPY));
  assert.equal(elsewhere['cf-copy-destination-if-none-match'], undefined);
  assert.equal(elsewhere['if-none-match'], '*');
});

test('no checksum is sent but ours, and the body is signed by it', async () => {
  const sha256 = 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=';
  const body = { Bucket: 'clips', Key: 'a', Body: 'hello' };
  const plain = await headersOf(await clientOf('s3://clips'), (s3) => s3.putObject(body));
  assert.deepEqual(
    Object.keys(plain).filter((name) => name.includes('checksum')),
    [],
  );
  const summed = await headersOf(await clientOf('s3://clips'), (s3) =>
    s3.putObject({ ...body, ChecksumSHA256: sha256 }),
  );
  assert.deepEqual(
    Object.keys(summed).filter((name) => name.includes('checksum')),
    ['x-amz-checksum-sha256'],
  );
  assert.equal(summed['x-amz-content-sha256'], Buffer.from(sha256, 'base64').toString('hex'));
  assert.equal(summed['x-amz-content-sha256'], plain['x-amz-content-sha256']);
  const large = { ...body, Body: Buffer.alloc(9 * 1024 ** 2) };
  const sent = await headersOf(await clientOf('s3://clips'), (s3) => s3.putObject(large));
  assert.equal(sent.Expect, undefined, 'a connection of its own for each part');
});
