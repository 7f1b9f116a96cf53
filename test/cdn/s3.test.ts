import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { failure } from '../support/failure.ts';
import { publish, sha256Of, startS3, until, write } from './s3Server.ts';

const MEBIBYTE = 1024 ** 2;
const CLIP = randomBytes(300_000);
const LARGE = randomBytes(30 * MEBIBYTE + 12_345);
const VIDEO = { contentType: 'video/mp4' };
const proofOf = (bytes: Buffer) => ({ bytes: bytes.length, sha256: sha256Of(bytes) });

for (const [server, options] of [
  ['a server that proves its bytes', { hasChecksums: true, hasConditions: true }],
  ['a server that knows neither checksums nor conditions', {}],
] as const) {
  test(`${server}: nothing stands under the key before the commit, and all of it after`, async () => {
    await using test = await startS3(options);
    const driver = test.driver();
    const upload = await driver.open(VIDEO);
    await write(upload.stream, CLIP);
    assert.equal(await driver.head('2026/boat.mp4'), undefined);
    const during = [];
    for await (const entry of driver.list('')) during.push(entry);
    assert.deepEqual(during, []);

    assert.equal(await upload.commit('2026/boat.mp4', proofOf(CLIP)), 'sha256');
    assert.deepEqual(await test.stored(), ['media/2026/boat.mp4']);
    assert.deepEqual(await test.read('media/2026/boat.mp4'), CLIP);
    const { modifiedMs, ...standing } = (await driver.head('2026/boat.mp4')) ?? {};
    assert.deepEqual(standing, proofOf(CLIP));
    assert.ok(Math.abs(Date.now() - (modifiedMs ?? 0)) < 60_000);
    await upload.abort();
    assert.deepEqual(await test.stored(), ['media/2026/boat.mp4']);
  });

  test(`${server}: a file of 30 MB goes up in parts, and is proven whole`, async () => {
    await using test = await startS3(options);
    assert.equal(await publish(test.driver(), 'large.mp4', LARGE), 'sha256');
    assert.deepEqual(await test.read('media/large.mp4'), LARGE);
    assert.deepEqual(await test.stored(), ['media/large.mp4']);
    assert.equal(test.proxy.uploads.size, 0);
    const operations = test.proxy.requests.map(({ operation }) => operation);
    assert.equal(operations.filter((name) => name === 'UploadPart').length, 4);
    // What the server has proven itself is not fetched back.
    assert.equal(operations.includes('GetObject'), !('hasChecksums' in options));
  });

  test(`${server}: equal bytes are left alone, other bytes refused`, async () => {
    await using test = await startS3(options);
    const driver = test.driver();
    await publish(driver, 'boat.mp4', CLIP);
    const copies = () => test.proxy.requests.filter(({ operation }) => operation === 'CopyObject').length;
    const before = copies();
    assert.equal(await publish(driver, 'boat.mp4', CLIP), 'sha256');
    assert.equal(copies(), before);

    const others = Buffer.from(CLIP);
    others[7] = (others[7] ?? 0) ^ 1;
    for (const bytes of [others, Buffer.from('short')]) {
      const error = await failure(publish(driver, 'boat.mp4', bytes));
      assert.equal(error.code, 'publish_failed');
      assert.match(error.message, /Other bytes already stand under boat\.mp4/);
    }
    assert.deepEqual(await test.read('media/boat.mp4'), CLIP);
    assert.deepEqual(await test.stored(), ['media/boat.mp4']);
  });

  test(`${server}: many who publish the same file at once all succeed`, async () => {
    await using test = await startS3(options);
    const drivers = [test.driver(), test.driver()];
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) => publish(drivers[index % 2] ?? test.driver(), 'boat.mp4', CLIP)),
    );
    assert.deepEqual(new Set(results), new Set(['sha256']));
    assert.deepEqual(await test.stored(), ['media/boat.mp4']);
    assert.deepEqual(await test.read('media/boat.mp4'), CLIP);
  });
}

test('of many who publish different bytes under one key at once, one succeeds', async () => {
  await using test = await startS3({ hasConditions: true });
  const driver = test.driver();
  const files = Array.from({ length: 6 }, (_, index) => Buffer.alloc(100_000, String(index)));
  const outcomes = await Promise.allSettled(files.map((bytes) => publish(driver, 'boat.mp4', bytes)));
  const winners = files.filter((_, index) => outcomes[index]?.status === 'fulfilled');
  assert.equal(winners.length, 1);
  assert.deepEqual(await test.read('media/boat.mp4'), winners[0]);
  assert.deepEqual(await test.stored(), ['media/boat.mp4']);
});

test('a condition on the copy that the server does not know is left out from then on', async () => {
  await using test = await startS3({
    plan: ({ operation, headers }) =>
      operation === 'CopyObject' && headers['if-none-match'] !== undefined
        ? { kind: 'answer', status: 501, code: 'NotImplemented' }
        : undefined,
  });
  const driver = test.driver();
  await publish(driver, 'one.mp4', CLIP);
  await publish(driver, 'two.mp4', CLIP);
  assert.deepEqual(await test.stored(), ['media/one.mp4', 'media/two.mp4']);
  assert.equal(test.proxy.requests.filter(({ operation }) => operation === 'CopyObject').length, 3);
  await assert.rejects(publish(driver, 'one.mp4', Buffer.from('others')), /Other bytes already stand/);
});

test('a server that refuses checksums gets none, and is read back', async () => {
  await using test = await startS3({
    plan: ({ headers }) =>
      Object.keys(headers).some((name) => /checksum/.test(name) && name !== 'x-amz-checksum-mode')
        ? { kind: 'answer', status: 501, code: 'NotImplemented' }
        : undefined,
  });
  const driver = test.driver();
  assert.equal(await publish(driver, 'large.mp4', LARGE), 'sha256');
  assert.equal(await publish(driver, 'small.mp4', CLIP), 'sha256');
  assert.deepEqual(await test.stored(), ['media/large.mp4', 'media/small.mp4']);
});

test('where nothing may be read, the size is what proves the bytes', async () => {
  await using test = await startS3({
    plan: ({ operation }) =>
      operation === 'GetObject' ? { kind: 'answer', status: 403, code: 'AccessDenied' } : undefined,
  });
  assert.equal(await publish(test.driver(), 'boat.mp4', CLIP), 'size');
  assert.deepEqual(await test.read('media/boat.mp4'), CLIP);
});

for (const hasChecksums of [true, false]) {
  test(`bytes that change on the way are not published (${hasChecksums ? 'the server' : 'reading back'} tells)`, async () => {
    await using test = await startS3({
      hasChecksums,
      plan: ({ operation }) =>
        operation === 'PutObject' || operation === 'UploadPart' ? { kind: 'other bytes' } : undefined,
    });
    for (const bytes of [CLIP, LARGE]) {
      const error = await failure(publish(test.driver(), 'boat.mp4', bytes));
      assert.equal(error.code, 'publish_failed');
      assert.match(
        error.message,
        hasChecksums ? /changed on the way \(BadDigest\)/ : /are not the file's: nothing was published/,
      );
      assert.deepEqual(await test.stored(), []);
      assert.equal(test.proxy.uploads.size, 0);
    }
  });
}

test('a file that is not what it is said to be is not published', async () => {
  await using test = await startS3({ hasChecksums: true });
  const driver = test.driver();
  for (const proof of [proofOf(Buffer.from('others')), { ...proofOf(CLIP), bytes: 3 }]) {
    const upload = await driver.open(VIDEO);
    await write(upload.stream, CLIP);
    await assert.rejects(upload.commit('boat.mp4', proof), { code: 'publish_failed', message: /are not the file's/ });
    await upload.abort();
  }
  assert.deepEqual(await test.stored(), []);
});

test('the checksum of an object in parts is not taken for the hash of the file', async () => {
  await using test = await startS3({ hasChecksums: true });
  const foreign = { Bucket: 'clips', Key: 'media/large.mp4' };
  const { UploadId } = await test.through.createMultipartUpload({ ...foreign, ChecksumAlgorithm: 'SHA256' });
  const Parts = [];
  for (const [index, Body] of [
    LARGE.subarray(0, 10 * MEBIBYTE),
    LARGE.subarray(10 * MEBIBYTE, 15 * MEBIBYTE),
  ].entries()) {
    const part = { ...foreign, UploadId, PartNumber: index + 1 };
    const ChecksumSHA256 = createHash('sha256').update(Body).digest('base64');
    Parts.push({ PartNumber: index + 1, ...(await test.through.uploadPart({ ...part, Body, ChecksumSHA256 })) });
  }
  await test.through.completeMultipartUpload({ ...foreign, UploadId, MultipartUpload: { Parts } });
  assert.match((await test.through.headObject({ ...foreign, ChecksumMode: 'ENABLED' })).ChecksumSHA256 ?? '', /-2$/);

  const driver = test.driver();
  const bytes = LARGE.subarray(0, 15 * MEBIBYTE);
  assert.equal((await driver.head('large.mp4'))?.sha256, undefined);
  assert.equal(await publish(driver, 'large.mp4', bytes), 'sha256');
  const others = Buffer.from(bytes);
  others[14 * MEBIBYTE] = (others[14 * MEBIBYTE] ?? 0) ^ 1;
  await assert.rejects(publish(driver, 'large.mp4', others), /Other bytes already stand/);
});

test('an empty file, and keys with spaces and in any script', async () => {
  await using test = await startS3();
  const driver = test.driver();
  const keys = ['empty.mp4', 'a b/c d+e%.mp4', 'Лодка/на реке.mp4', '日本/ボート🛶.mp4', "it's (one) & two=3.mp4"];
  for (const key of keys) {
    const bytes = key === 'empty.mp4' ? Buffer.alloc(0) : Buffer.from(key);
    assert.equal(await publish(driver, key, bytes), 'sha256');
    assert.deepEqual(await test.read(`media/${key}`), bytes);
    assert.equal((await driver.head(key))?.bytes, bytes.length);
    const response = await fetch(await driver.url(key));
    assert.equal(response.headers.get('content-type'), 'video/mp4');
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), bytes);
  }
  const listed = [];
  for await (const { key } of driver.list('')) listed.push(key);
  assert.deepEqual(listed.sort(), keys.sort());
});

test('an abort at any time leaves no object and no open upload', async () => {
  await using test = await startS3();
  const driver = test.driver();
  const untouched = await driver.open(VIDEO);
  const small = await driver.open(VIDEO);
  small.stream.write(CLIP);
  const inParts = await driver.open(VIDEO);
  inParts.stream.write(LARGE);
  const ended = await driver.open(VIDEO);
  await write(ended.stream, LARGE);
  const endedSmall = await driver.open(VIDEO);
  await write(endedSmall.stream, CLIP);
  assert.equal((await test.stored()).length, 2);
  for (const upload of [untouched, small, inParts, ended, endedSmall]) {
    upload.stream.on('error', () => undefined);
    await upload.abort();
    await upload.abort();
  }
  assert.deepEqual(await test.stored(), []);
  assert.equal(test.proxy.uploads.size, 0);
});

test('headers reach the server with the copy', async () => {
  await using test = await startS3();
  const headers = {
    contentType: 'image/webp',
    cacheControl: 'public, max-age=31536000, immutable',
    contentDisposition: 'inline; filename="boat.webp"',
  };
  await publish(test.driver(), 'boat.webp', CLIP, headers);
  const copy = test.proxy.requests.find(({ operation }) => operation === 'CopyObject')?.headers;
  assert.equal(copy?.['content-type'], headers.contentType);
  assert.equal(copy?.['cache-control'], headers.cacheControl);
  assert.equal(copy?.['content-disposition'], headers.contentDisposition);
  assert.equal(copy?.['x-amz-metadata-directive'], 'REPLACE');
  assert.equal(copy?.['x-amz-meta-sha256'], sha256Of(CLIP));
  assert.equal(copy?.['if-none-match'], '*');
});

test('an object larger than one copy may be is copied in parts', async () => {
  for (const hasConditions of [true, false]) {
    await using test = await startS3({ hasConditions });
    const driver = test.driver({ copyLimitBytes: 6 * MEBIBYTE });
    assert.equal(await publish(driver, 'large.mp4', LARGE), 'sha256');
    assert.deepEqual(await test.read('media/large.mp4'), LARGE);
    assert.deepEqual((await driver.head('large.mp4'))?.sha256, sha256Of(LARGE));
    assert.equal(await publish(driver, 'large.mp4', LARGE), 'sha256');
    await assert.rejects(publish(driver, 'large.mp4', LARGE.subarray(1)), /Other bytes already stand/);
    assert.deepEqual(await test.stored(), ['media/large.mp4']);
    assert.equal(test.proxy.uploads.size, 0);
  }
});

test('lists page by page, by prefix, and never what is staged or outside the prefix of the address', async () => {
  await using test = await startS3();
  for (let index = 0; index < 1_203; index++) {
    await test.s3.putObject({ Bucket: 'clips', Key: `media/many/${String(index).padStart(5, '0')}.mp4`, Body: 'x' });
  }
  await test.s3.putObject({ Bucket: 'clips', Key: 'media/', Body: Buffer.alloc(0) });
  await test.s3.putObject({ Bucket: 'clips', Key: 'mediator.mp4', Body: 'x' });
  const driver = test.driver();
  const staged = await driver.open(VIDEO);
  await write(staged.stream, CLIP);
  const keysOf = async (prefix: string) => {
    const keys = [];
    for await (const { key } of driver.list(prefix)) keys.push(key);
    return keys;
  };
  assert.equal((await keysOf('')).length, 1_203);
  assert.equal((await keysOf('many/0000')).length, 10);
  for (const prefix of ['.staging', '../', '/', 'other']) assert.deepEqual(await keysOf(prefix), []);
});

test('removes what stands there, and says whether it did', async () => {
  await using test = await startS3();
  const driver = test.driver();
  await publish(driver, 'boat.mp4', CLIP);
  assert.equal(await driver.remove('boat.mp4'), true);
  assert.equal(await driver.remove('boat.mp4'), false);
  assert.deepEqual(await test.stored(), []);
});

test('the public address stands before the key; without one, the address is signed for seven days', async () => {
  await using test = await startS3();
  const open = test.driver({ publicUrl: 'https://cdn.example/clips' });
  assert.equal(await open.url('a b/Лодка.mp4'), 'https://cdn.example/clips/a%20b/%D0%9B%D0%BE%D0%B4%D0%BA%D0%B0.mp4');
  const signed = new URL(await test.driver().url('boat.mp4'));
  assert.equal(signed.searchParams.get('X-Amz-Expires'), '604800');
  assert.ok(signed.searchParams.get('X-Amz-Signature'));
});

test('what dead runs left in staging is removed a day later, and nothing else', async () => {
  await using test = await startS3();
  const dead = test.driver();
  const inParts = await dead.open(VIDEO);
  inParts.stream.write(LARGE);
  await until(() => test.proxy.uploads.size === 1);
  await write((await dead.open(VIDEO)).stream, CLIP);
  await publish(dead, 'old.mp4', CLIP);
  await test.s3.putObject({ Bucket: 'clips', Key: 'elsewhere/.staging/old', Body: 'x' });

  const sameDay = test.driver({ now: () => Date.now() + 23 * 3_600_000 });
  await (await sameDay.open(VIDEO)).abort();
  await until(() => test.proxy.requests.filter(({ operation }) => operation === 'ListObjectsV2').length === 2);
  await pause(100);
  assert.equal((await test.stored()).length, 3);
  assert.equal(test.proxy.uploads.size, 1);

  const nextDay = test.driver({ now: () => Date.now() + 25 * 3_600_000 });
  await (await nextDay.open(VIDEO)).abort();
  await until(async () => (await test.stored()).length === 2);
  assert.deepEqual(await test.stored(), ['elsewhere/.staging/old', 'media/old.mp4']);
  assert.equal(test.proxy.uploads.size, 0);
});
