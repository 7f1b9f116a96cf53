import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { createS3Cdn } from '../../lib/cdn/s3.ts';
import type { VideoToolsetError } from '../../lib/errors.ts';
import { seededRandom } from '../faults/random.ts';
import { failure } from '../support/failure.ts';
import type { S3Fault } from './s3Proxy.ts';
import { CREDENTIALS, publish, sha256Of, startS3, until, write } from './s3Server.ts';

const CLIP = randomBytes(300_000);
const LARGE = randomBytes(17 * 1024 ** 2);
const VIDEO = { contentType: 'video/mp4' };

/** Nothing of an error, however deep, holds what signs a request. */
function assertNoCredentials(error: unknown): void {
  const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true });
  for (const secret of [...Object.values(CREDENTIALS), 'X-Amz-', 'Signature=', 'AWS4-HMAC', 'SIGNED-TEXT']) {
    assert.ok(!shown.includes(secret), `${secret} in ${shown}`);
  }
}

async function failureOf(call: Promise<unknown>): Promise<VideoToolsetError> {
  const error = await failure(call);
  assert.equal(error.code, 'publish_failed');
  assertNoCredentials(error);
  assert.ok(error.facts.next_step);
  return error;
}

const SLOW_DOWN: S3Fault = { kind: 'answer', status: 503, code: 'SlowDown' };

test('a server that asks to slow down is asked again', async () => {
  const asked = new Map<string, number>();
  await using test = await startS3({
    hasChecksums: true,
    plan: ({ operation }) => {
      const count = (asked.get(operation) ?? 0) + 1;
      asked.set(operation, count);
      return count === 1 ? SLOW_DOWN : undefined;
    },
  });
  assert.equal(await publish(test.driver(), 'large.mp4', LARGE), 'sha256');
  assert.deepEqual(await test.stored(), ['media/large.mp4']);
  assert.equal(test.proxy.uploads.size, 0);
  for (const operation of ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'CopyObject']) {
    assert.ok((asked.get(operation) ?? 0) >= 2, operation);
  }
});

test('a server that never stops asking to slow down gets no more; what was sent is taken back', async () => {
  await using test = await startS3({
    plan: ({ operation }) => (operation === 'UploadPart' ? SLOW_DOWN : undefined),
  });
  const error = await failureOf(publish(test.driver(), 'large.mp4', LARGE));
  assert.match(error.message, /asks to slow down \(503 SlowDown\)/);
  assert.equal(error.facts.retryable, true);
  assert.deepEqual(await test.stored(), []);
  assert.equal(test.proxy.uploads.size, 0);
});

for (let seed = 1; seed <= 12; seed++) {
  test(`connections reset at random bytes (seed ${seed}): whole or not at all, and a second run completes`, async () => {
    const random = seededRandom(seed);
    let isBroken = true;
    await using test = await startS3({
      hasChecksums: seed % 2 === 0,
      hasConditions: seed % 3 === 0,
      plan: ({ operation }) => {
        if (!isBroken || random() > 0.45) return undefined;
        const isBody = /^(PutObject|UploadPart)$/.test(operation);
        if (isBody && random() < 0.6) return { kind: 'reset request', after: Math.floor(random() * 300_000) };
        return { kind: 'reset response', after: Math.floor(random() * 300) };
      },
    });
    for (const [key, bytes] of [
      ['boat.mp4', CLIP],
      ['large.mp4', LARGE],
    ] as const) {
      isBroken = true;
      const outcome = await publish(test.driver(), key, bytes).catch((error: unknown) => error);
      if (outcome !== 'sha256') {
        assertNoCredentials(outcome);
        assert.match(String(outcome), /S3 could not/);
      }
      isBroken = false;
      const names = (await test.stored()).filter((name) => name.endsWith(key));
      if (names.length > 0 || outcome === 'sha256') assert.deepEqual(await test.read(`media/${key}`), bytes);
      assert.equal(await publish(test.driver(), key, bytes), 'sha256');
      assert.deepEqual(await test.read(`media/${key}`), bytes);
    }
    const names = (await test.stored()).filter((name) => !name.startsWith('media/.staging/'));
    assert.deepEqual(names, ['media/boat.mp4', 'media/large.mp4']);
  });
}

for (const after of [0, 150]) {
  test(`a first answer that is lost costs a second request, not the upload (cut after ${after} bytes)`, async () => {
    const asked = new Set<string>();
    await using test = await startS3({
      hasConditions: true,
      plan: ({ operation }) => {
        if (asked.has(operation)) return undefined;
        asked.add(operation);
        return { kind: 'reset response', after };
      },
    });
    const driver = test.driver();
    assert.equal(await publish(driver, 'large.mp4', LARGE), 'sha256');
    assert.equal(await publish(driver, 'boat.mp4', CLIP), 'sha256');
    for (const operation of ['PutObject', 'CompleteMultipartUpload', 'GetObject']) assert.ok(asked.has(operation));
    assert.deepEqual(await test.stored(), ['media/boat.mp4', 'media/large.mp4']);
  });
}

for (const operation of ['PutObject', 'CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'CopyObject']) {
  test(`${operation} that is not allowed is said so, and nothing is left`, async () => {
    await using test = await startS3({
      plan: (request) =>
        request.operation === operation ? { kind: 'answer', status: 403, code: 'AccessDenied' } : undefined,
    });
    const error = await failureOf(publish(test.driver(), 'boat.mp4', operation === 'PutObject' ? CLIP : LARGE));
    assert.match(
      error.message,
      /could not (take the file|publish boat\.mp4) \(bucket clips at 127.*not allowed \(403 Acc/,
    );
    assert.match(error.facts.next_step ?? '', /s3:PutObject/);
    assert.deepEqual(await test.stored(), []);
    assert.equal(test.proxy.uploads.size, 0);
  });
}

test('a look that is not allowed is not taken for a free key', async () => {
  await using test = await startS3({
    plan: ({ operation }) => (operation === 'HeadObject' ? { kind: 'answer', status: 403 } : undefined),
  });
  await test.s3.putObject({ Bucket: 'clips', Key: 'media/boat.mp4', Body: 'others' });
  const driver = test.driver();
  assert.match((await failureOf(publish(driver, 'boat.mp4', CLIP))).message, /403 Forbidden/);
  assert.match((await failureOf(driver.head('boat.mp4'))).message, /403 Forbidden/);
  assert.equal(String(await test.read('media/boat.mp4')), 'others');
});

test('a bucket that does not exist is named', async () => {
  await using test = await startS3();
  const driver = test.driver({ url: new URL(`s3://elsewhere?endpoint=${test.origin}`) });
  for (const bytes of [CLIP, LARGE]) {
    const error = await failureOf(publish(driver, 'boat.mp4', bytes));
    assert.match(error.message, /bucket elsewhere at 127.*no such bucket \(NoSuchBucket\)/);
  }
  const listing = (async () => {
    for await (const { key } of driver.list('')) assert.fail(key);
  })();
  assert.match((await failureOf(listing)).message, /NoSuchBucket/);
});

for (const [code, status, reason, advice] of [
  ['InvalidAccessKeyId', 403, /credentials were refused/, /AWS_ACCESS_KEY_ID/],
  ['SignatureDoesNotMatch', 403, /credentials were refused/, /AWS_ACCESS_KEY_ID/],
  ['ExpiredToken', 400, /credentials have expired/, /session token/],
  ['AllAccessDisabled', 403, /not allowed/, /s3:GetObject/],
  ['InternalError', 500, /server failed/, /later/],
  ['EntityTooLarge', 400, /takes no more/, /quota/],
] as const) {
  test(`${code} is explained without what it repeats of the request`, async () => {
    const extra = `<AWSAccessKeyId>${CREDENTIALS.accessKeyId}</AWSAccessKeyId><SignatureProvided>SIGNED-TEXT</SignatureProvided><StringToSign>AWS4-HMAC SIGNED-TEXT</StringToSign><Token-0>${CREDENTIALS.sessionToken}</Token-0>`;
    const headers = { 'x-amz-security-token': CREDENTIALS.sessionToken };
    await using test = await startS3({ plan: () => ({ kind: 'answer', status, code, extra, headers }) });
    const driver = test.driver();
    for (const bytes of [CLIP, LARGE]) {
      const error = await failureOf(publish(driver, 'boat.mp4', bytes));
      assert.match(error.message, reason);
      assert.match(error.message, new RegExp(code));
      assert.match(error.facts.next_step ?? '', advice);
    }
  });
}

test('a bucket of another region is told with its region', async () => {
  await using test = await startS3({
    plan: () => ({
      kind: 'answer',
      status: 301,
      code: 'PermanentRedirect',
      headers: { 'x-amz-bucket-region': 'eu-north-1' },
    }),
  });
  const driver = test.driver();
  for (const call of [() => publish(driver, 'boat.mp4', CLIP), () => driver.head('boat.mp4')]) {
    const error = await failureOf(call());
    assert.match(error.message, /another region \(PermanentRedirect\)/);
    assert.match(error.facts.next_step ?? '', /region=eu-north-1/);
  }
});

test('a clock that is wrong is corrected by what the server says', async () => {
  for (const clockAheadMs of [3_600_000, -3_600_000]) {
    await using test = await startS3({ clockAheadMs });
    const driver = test.driver();
    assert.equal(await publish(driver, 'boat.mp4', CLIP), 'sha256');
    const before = test.proxy.refused();
    assert.ok(before >= 1);
    assert.equal(await publish(driver, 'large.mp4', LARGE), 'sha256');
    assert.equal(test.proxy.refused(), before, 'what was learnt is kept');
  }
});

test('a clock that stays wrong is what the error speaks of', async () => {
  await using test = await startS3({
    plan: () => ({ kind: 'answer', status: 403, code: 'RequestTimeTooSkewed' }),
  });
  const error = await failureOf(publish(test.driver(), 'boat.mp4', CLIP));
  assert.match(error.message, /clocks differ too much/);
});

test('a server that is not there, and one that is no S3 server', async () => {
  await using test = await startS3({ plan: () => ({ kind: 'answer', status: 404, code: 'x' }) });
  const gone = test.driver({ url: new URL('s3://clips?endpoint=http://127.0.0.1:1') });
  const error = await failureOf(publish(gone, 'boat.mp4', CLIP));
  assert.match(error.message, /bucket clips at 127\.0\.0\.1:1\): the server cannot be reached \(ECONNREFUSED\)/);
  assert.equal(error.facts.retryable, true);
  assert.match((await failureOf(publish(test.driver(), 'boat.mp4', CLIP))).message, /refused \(404/);
});

test('without credentials the error says where they are looked for', async () => {
  await using test = await startS3();
  const driver = createS3Cdn({ url: test.url() });
  const error = await failureOf(publish(driver, 'boat.mp4', CLIP));
  assert.match(error.message, /found no credentials/);
  assert.match(error.facts.next_step ?? '', /AWS_ACCESS_KEY_ID.*AWS_PROFILE/);
  await driver.close();
});

test('without the package the error names what to install', () => {
  const script = `
    import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (name.startsWith('@aws-sdk/')) throw Object.assign(new Error('none'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    } });
    const { createS3Cdn } = await import('./lib/cdn/s3.ts');
    const driver = createS3Cdn({ url: new URL('s3://clips') });
    for (const call of [() => driver.open({ contentType: 'video/mp4' }), () => driver.head('a'), () => driver.url('a')]) {
      await call().catch((error) => console.log(JSON.stringify(error.report())));
    }
    await driver.close();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: path.join(import.meta.dirname, '../..'),
    encoding: 'utf8',
  });
  const reports = stdout.trim().split('\n');
  assert.equal(reports.length, 3, stdout + stderr);
  for (const report of reports) {
    const { code, next_step } = JSON.parse(report);
    assert.equal(code, 'missing_package');
    assert.equal(next_step, 'npm install @aws-sdk/client-s3@3 @aws-sdk/s3-request-presigner@3');
  }
});

for (const operation of ['PutObject', 'UploadPart', 'CompleteMultipartUpload']) {
  test(`an upload whose ${operation} is never answered is stopped at once, and taken back`, async () => {
    await using test = await startS3({
      plan: (request) => (request.operation === operation ? { kind: 'stall' } : undefined),
    });
    const upload = await test.driver().open(VIDEO);
    const reason = new Error('stopped');
    const failed = new Promise((resolve) => upload.stream.on('error', resolve));
    upload.stream.end(operation === 'PutObject' ? CLIP : LARGE);
    await until(() => test.proxy.requests.some((request) => request.operation === operation));
    const started = Date.now();
    upload.stream.destroy(reason);
    await upload.abort();
    assert.equal(await failed, reason);
    assert.ok(Date.now() - started < 2_000);
    assert.deepEqual(await test.stored(), []);
    assert.equal(test.proxy.uploads.size, 0);
  });
}

test('a commit that is never answered is stopped by an abort', async () => {
  await using test = await startS3({
    plan: ({ operation }) => (operation === 'CopyObject' ? { kind: 'stall' } : undefined),
  });
  const upload = await test.driver().open(VIDEO);
  await write(upload.stream, CLIP);
  const commit = upload.commit('boat.mp4', { bytes: CLIP.length, sha256: sha256Of(CLIP) });
  const stopped = assert.rejects(commit, { name: 'AbortError' });
  await until(() => test.proxy.requests.some(({ operation }) => operation === 'CopyObject'));
  await upload.abort();
  await stopped;
  assert.deepEqual(await test.stored(), []);
});

test('a slow answer to the first part holds the writer back, and memory with it', async () => {
  await using test = await startS3({
    plan: ({ operation }) => (operation === 'UploadPart' ? { kind: 'stall' } : undefined),
  });
  const upload = await test.driver().open(VIDEO);
  upload.stream.on('error', () => undefined);
  let written = 0;
  const chunk = randomBytes(1024 ** 2);
  const writing = (async () => {
    for (; written < 100 && !upload.stream.destroyed; written++) {
      await new Promise((resolve) => upload.stream.write(chunk, resolve));
    }
  })();
  await pause(500);
  assert.ok(written >= 32 && written <= 40, `${written} MiB were taken`);
  await upload.abort();
  await writing;
});
