import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import type { CdnDriver, CdnUpload, Verification } from '../../types/cdn.ts';

/** An empty place to publish to, which several drivers may share. */
export type CdnPlace = {
  /** A driver of its own on each call; the suite closes it. */
  driver(): CdnDriver;
  /** The keys of everything that lies there, with what is staged. */
  stored(): Promise<string[]>;
  /** What lies under a key, read past the driver. */
  read(key: string): Promise<Buffer>;
  /** Puts other bytes under a key, past the driver. */
  overwrite(key: string, bytes: Buffer): Promise<void>;
} & AsyncDisposable;

export interface CdnContractOptions {
  /** Why it cannot run. @default false */
  skip?: string | false;
  /** How the place can prove what it holds. @default 'sha256' */
  verified?: Verification;
}

const HEADERS = { contentType: 'video/mp4' };
const KEY = '2026/11/boat-1a2b3c4d.mp4';

export const proofOf = (bytes: Buffer) => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

/** Uploads without a commit; a failure leaves nothing. */
export async function stage(driver: CdnDriver, bytes: Buffer): Promise<CdnUpload> {
  const upload = await driver.open(HEADERS);
  try {
    await pipeline(Readable.from(piecesOf(bytes)), upload.stream);
    return upload;
  } catch (error) {
    await upload.abort();
    throw error;
  }
}

export async function publish(driver: CdnDriver, key: string, bytes: Buffer): Promise<Verification> {
  const upload = await stage(driver, bytes);
  try {
    return await upload.commit(key, proofOf(bytes));
  } finally {
    await upload.abort();
  }
}

export async function listed(driver: CdnDriver, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of driver.list(prefix)) keys.push(key);
  return keys.sort();
}

/** What every place to publish to must do. @param start makes a new, empty one */
export function cdnContract(
  name: string,
  start: () => Promise<CdnPlace>,
  { skip = false, verified = 'sha256' }: CdnContractOptions = {},
): void {
  const scenario = (title: string, run: (driver: CdnDriver, place: CdnPlace) => Promise<void>) =>
    test(`${name}: ${title}`, { skip }, async () => {
      await using place = await start();
      const driver = place.driver();
      try {
        await run(driver, place);
      } finally {
        await driver.close();
      }
    });

  for (const [what, bytes] of [
    ['an empty file', Buffer.alloc(0)],
    ['a byte', Buffer.from('x')],
    ['a file of odd length', randomBytes(1_234_567)],
    ['30 MB', randomBytes(30_000_000)],
  ] as const) {
    scenario(`${what} arrives as it was sent, and is verified`, async (driver, place) => {
      // The length of an empty file says it all.
      assert.ok([verified, bytes.length === 0 && 'sha256'].includes(await publish(driver, KEY, bytes)));
      assert.ok((await place.read(KEY)).equals(bytes));
      const head = await driver.head(KEY);
      assert.equal(head?.bytes, bytes.length);
      assert.ok(head?.sha256 === undefined || head.sha256 === proofOf(bytes).sha256);
      assert.ok(Math.abs(Date.now() - (head?.modifiedMs ?? 0)) < 60_000);
      assert.deepEqual(await place.stored(), [KEY]);
    });
  }

  scenario('nothing can be seen before the commit', async (driver) => {
    const upload = await stage(driver, randomBytes(100_000));
    assert.equal(await driver.head(KEY), undefined);
    assert.deepEqual(await listed(driver), []);
    await upload.abort();
  });

  scenario('an upload that is given up leaves nothing, however far it came', async (driver, place) => {
    await (await driver.open(HEADERS)).abort();
    const half = await driver.open(HEADERS);
    half.stream.write(randomBytes(300_000));
    await half.abort();
    await half.abort();
    const whole = await stage(driver, randomBytes(300_000));
    await whole.abort();
    const broken = await driver.open(HEADERS);
    const failing = pipeline(Readable.from(failsAfter(5)), broken.stream);
    await assert.rejects(failing, /the source broke/);
    await broken.abort();
    assert.deepEqual(await place.stored(), []);
  });

  scenario('no key leads out of the place, or to what is hidden in it', async (driver, place) => {
    for (const key of [
      '../boat.mp4',
      '/etc/boat.mp4',
      'a/../../boat.mp4',
      '.staging/boat.mp4',
      'a//boat.mp4',
      '',
      'a\\b',
    ]) {
      const refused = { code: 'invalid_argument', message: `${JSON.stringify(key)} is not a valid key.` };
      await assert.rejects(publish(driver, key, Buffer.from('frames')), refused);
      await assert.rejects(driver.head(key), refused);
      await assert.rejects(driver.remove(key), refused);
    }
    assert.deepEqual(await place.stored(), []);
  });

  scenario('giving up after the commit takes nothing back', async (driver, place) => {
    const bytes = Buffer.from('frames');
    const upload = await stage(driver, bytes);
    await upload.commit(KEY, proofOf(bytes));
    await upload.abort();
    assert.deepEqual(await place.stored(), [KEY]);
  });

  scenario('equal bytes under a key that is taken are a no-op', async (driver, place) => {
    const bytes = randomBytes(200_000);
    await publish(driver, KEY, bytes);
    const before = await driver.head(KEY);
    assert.equal(await publish(driver, KEY, bytes), verified);
    assert.deepEqual(await driver.head(KEY), before);
    assert.deepEqual(await place.stored(), [KEY]);
  });

  for (const [what, other] of [
    ['of another length', Buffer.from('somebody else')],
    ['of the same length', Buffer.from('FRAMES')],
  ] as const) {
    scenario(`other bytes ${what} under the key are refused, and stay`, async (driver, place) => {
      if (verified === 'size' && other.length === 6) return;
      await place.overwrite(KEY, other);
      await assert.rejects(publish(driver, KEY, Buffer.from('frames')), {
        code: 'publish_failed',
        message: /Other bytes/,
      });
      assert.ok((await place.read(KEY)).equals(other));
      assert.deepEqual(await place.stored(), [KEY]);
    });
  }

  scenario('bytes that are not what was promised stay out of sight', async (driver, place) => {
    const bytes = Buffer.from('frames');
    const other = Buffer.from(verified === 'sha256' ? 'FRAMES' : 'more frames');
    const upload = await stage(driver, bytes);
    await assert.rejects(upload.commit(KEY, proofOf(other)), { code: 'publish_failed' });
    await upload.abort();
    assert.equal(await driver.head(KEY), undefined);
    assert.deepEqual(await place.stored(), []);
  });

  scenario('of many who commit the same file at once, all succeed and one copy stays', async (driver, place) => {
    const bytes = randomBytes(50_000);
    const others = [place.driver(), place.driver()];
    const all = [driver, driver, ...others, ...others].map((each) => publish(each, KEY, bytes));
    assert.deepEqual([...new Set(await Promise.all(all))], [verified]);
    for (const other of others) await other.close();
    assert.deepEqual(await place.stored(), [KEY]);
  });

  scenario('of many who commit other files under one key, one succeeds, whole', async (driver, place) => {
    const files = Array.from({ length: 5 }, (_, index) => randomBytes(50_000 + index));
    const outcomes = await Promise.allSettled(files.map((bytes) => publish(driver, KEY, bytes)));
    const winners = files.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    assert.equal(winners.length, 1);
    const stands = await place.read(KEY);
    assert.ok(winners[0]?.equals(stands));
    assert.deepEqual(await place.stored(), [KEY]);
  });

  scenario('files are published side by side, and found, listed and removed by key', async (driver, place) => {
    const keys = Array.from(
      { length: 24 },
      (_, index) => `${2020 + (index % 3)}/0${1 + (index % 2)}/clip-${index}.mp4`,
    );
    await Promise.all(keys.map((key) => publish(driver, key, Buffer.from(key))));
    assert.deepEqual(await listed(driver), keys.toSorted());
    assert.deepEqual(
      await listed(driver, '2021/01/clip-1'),
      keys.filter((key) => key.startsWith('2021/01/clip-1')).sort(),
    );
    for (const prefix of ['1999/', '.staging', '../', '/']) assert.deepEqual(await listed(driver, prefix), []);
    for (const key of keys) assert.equal((await place.read(key)).toString(), key);
    const [first = '', ...rest] = keys;
    assert.equal(await driver.remove(first), true);
    assert.equal(await driver.remove(first), false);
    assert.equal(await driver.remove('2020/01/never.mp4'), false);
    assert.equal(await driver.head(first), undefined);
    assert.deepEqual(await listed(driver), rest.toSorted());
  });

  scenario('keys may hold blanks, quotes and any script', async (driver, place) => {
    const keys = [
      '2026/11/it\'s $HOME; `rm` & "more" *?.mp4',
      '2026/11/лодка на реке.mp4',
      '2026/11/ボート-🛶.mp4',
      '2026/11/-rf.mp4',
      `${'a'.repeat(200)}/%2e%2e.mp4`,
      'no-folder.mp4',
    ];
    for (const key of keys) {
      assert.equal(await publish(driver, key, Buffer.from(key)), verified);
      assert.equal(await publish(driver, key, Buffer.from(key)), verified);
      assert.equal((await driver.head(key))?.bytes, Buffer.byteLength(key));
      const { pathname } = new URL(await driver.url(key));
      assert.ok(decodeURIComponent(pathname).endsWith(`/${key}`), pathname);
    }
    assert.deepEqual(await listed(driver), keys.toSorted());
    assert.deepEqual(await place.stored(), keys.toSorted());
    for (const key of keys) assert.equal(await driver.remove(key), true);
  });

  scenario('a stream that is written slowly and in crumbs arrives whole', async (driver, place) => {
    const bytes = randomBytes(5_000);
    const upload = await driver.open(HEADERS);
    for (let start = 0; start < bytes.length; start += 7) {
      if (!upload.stream.write(bytes.subarray(start, start + 7))) await once(upload.stream, 'drain');
      if (start % 700 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    }
    upload.stream.end();
    await once(upload.stream, 'finish');
    await upload.commit(KEY, proofOf(bytes));
    assert.ok((await place.read(KEY)).equals(bytes));
  });

  scenario('a driver that was never used closes, also twice', async (driver) => {
    await driver.close();
    await driver.close();
  });
}

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
}

async function* failsAfter(pieces: number): AsyncGenerator<Buffer> {
  for (let index = 0; index < pieces; index++) yield randomBytes(65_536);
  throw new Error('the source broke');
}
