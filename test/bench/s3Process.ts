import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { S3 } from '@aws-sdk/client-s3';
import { createS3Cdn } from '../../lib/cdn/s3.ts';

/** One upload in a process of its own, so that its memory can be told: `node s3Process.js ours|put|parts ENDPOINT FILE`. */
const [what = '', endpoint = '', file = ''] = process.argv.slice(2);
const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
const PART_BYTES = 8 * 1024 ** 2;
const IN_FLIGHT = 4;
const plainClient = () => new S3({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });

const uploads: Record<string, () => Promise<unknown>> = {
  /** As publishing does it: hashed on the way, proven, and copied to its key. */
  async ours() {
    const driver = createS3Cdn({ url: new URL(`s3://clips/media?endpoint=${endpoint}`), credentials });
    const upload = await driver.open({ contentType: 'video/mp4' });
    const hash = createHash('sha256');
    let bytes = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        bytes += chunk.length;
        done(null, chunk);
      },
    });
    await pipeline(createReadStream(file, { highWaterMark: 1024 ** 2 }), meter, upload.stream);
    const verified = await upload.commit(`${randomUUID()}.mp4`, { bytes, sha256: hash.digest('hex') });
    if (verified !== 'sha256') throw new Error(`only ${verified} was proven`);
    await driver.close();
  },
  /** The SDK alone: one request. */
  async put() {
    const { size } = await stat(file);
    await plainClient().putObject({
      Bucket: 'clips',
      Key: 'a',
      Body: createReadStream(file, { highWaterMark: 1024 ** 2 }),
      ContentLength: size,
    });
  },
  /** The SDK alone: as many parts in flight as ours. */
  async parts() {
    const s3 = plainClient();
    const target = { Bucket: 'clips', Key: 'a' };
    const { UploadId } = await s3.createMultipartUpload(target);
    const handle = await open(file);
    const { size } = await handle.stat();
    const count = Math.ceil(size / PART_BYTES);
    const Parts = Array.from({ length: count }, (_, index) => ({ PartNumber: index + 1, ETag: '' }));
    let next = 0;
    const work = async () => {
      const memory = Buffer.allocUnsafeSlow(PART_BYTES);
      for (let index = next++; index < count; index = next++) {
        const { bytesRead } = await handle.read(memory, 0, PART_BYTES, index * PART_BYTES);
        const Body = memory.subarray(0, bytesRead);
        const { ETag = '' } = await s3.uploadPart({ ...target, UploadId, PartNumber: index + 1, Body });
        Parts[index] = { PartNumber: index + 1, ETag };
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, work));
    await s3.completeMultipartUpload({ ...target, UploadId, MultipartUpload: { Parts } });
  },
};
const started = performance.now();
await uploads[what]?.();
const ms = performance.now() - started;
process.stdout.write(JSON.stringify({ ms, peakBytes: process.resourceUsage().maxRSS * 1024 }), () => process.exit(0));
