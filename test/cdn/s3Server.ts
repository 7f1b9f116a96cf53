import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { S3 } from '@aws-sdk/client-s3';
import { startFauxqs } from 'fauxqs';
import { createS3Cdn, type S3CdnOptions } from '../../lib/cdn/s3.ts';
import type { CdnDriver, CdnFileHeaders, Verification } from '../../types/cdn.ts';
import { type S3Proxy, type S3ProxyOptions, startS3Proxy } from './s3Proxy.ts';

/** The credentials and settings of whoever runs the tests are none of their business. */
for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
process.env.AWS_EC2_METADATA_DISABLED = 'true';
process.env.AWS_CONFIG_FILE = process.env.AWS_SHARED_CREDENTIALS_FILE = '/nonexistent';

export const CREDENTIALS = {
  accessKeyId: 'AKIATESTTESTTESTTEST',
  secretAccessKey: 'very-secret/key+of-the-test',
  sessionToken: 'session-token-of-the-test',
};

export interface TestS3 extends AsyncDisposable {
  /** Of the proxy, or of the server where there is none. */
  origin: string;
  proxy: S3Proxy;
  /** Straight to the server. */
  s3: S3;
  /** As any other tool, through the proxy. */
  through: S3;
  url(parameters?: string): URL;
  driver(options?: Partial<S3CdnOptions>): CdnDriver;
  /** Every name in the bucket, staging included. */
  stored(): Promise<string[]>;
  read(name: string): Promise<Buffer>;
}

/** A real S3 server with a bucket, and a proxy in front that can fail and add what the server lacks. */
export async function startS3(options: S3ProxyOptions = {}): Promise<TestS3> {
  const server = await startFauxqs({ port: 0, logger: false, host: '127.0.0.1', init: { buckets: ['clips'] } });
  const target = `http://127.0.0.1:${server.port}`;
  const proxy = await startS3Proxy(target, options);
  const clientOf = (endpoint: string) =>
    new S3({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: CREDENTIALS });
  const s3 = clientOf(target);
  const through = clientOf(proxy.origin);
  const drivers: CdnDriver[] = [];
  const url = (parameters = '') =>
    new URL(`s3://clips/media?endpoint=${encodeURIComponent(proxy.origin)}${parameters}`);
  return {
    origin: proxy.origin,
    proxy,
    s3,
    through,
    url,
    driver(given = {}) {
      const driver = createS3Cdn({ url: url(), credentials: CREDENTIALS, ...given });
      drivers.push(driver);
      return driver;
    },
    async stored() {
      const { Contents = [] } = await s3.listObjectsV2({ Bucket: 'clips' });
      return Contents.map(({ Key = '' }) => Key).sort();
    },
    async read(name) {
      const { Body } = await s3.getObject({ Bucket: 'clips', Key: name });
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    async [Symbol.asyncDispose]() {
      for (const driver of drivers) await driver.close();
      s3.destroy();
      through.destroy();
      await proxy[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}

export const sha256Of = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** One file, from its first byte to its address. */
export async function publish(
  driver: CdnDriver,
  key: string,
  bytes: Buffer,
  headers: CdnFileHeaders = { contentType: 'video/mp4' },
): Promise<Verification> {
  const upload = await driver.open(headers);
  try {
    await pipeline(Readable.from(chunksOf(bytes), { objectMode: false }), upload.stream);
    return await upload.commit(key, { bytes: bytes.length, sha256: sha256Of(bytes) });
  } catch (error) {
    await upload.abort();
    throw error;
  }
}

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
}

/** Ends the stream of an upload with these bytes. */
export async function write(stream: NodeJS.WritableStream, bytes: Buffer): Promise<void> {
  const finished = once(stream, 'finish');
  stream.end(bytes);
  await finished;
}

/** Waits until something holds, for ten seconds at most. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await pause(5)) if (await holds()) return;
  throw new Error('it never came true');
}
