import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { VideoToolsetError } from '../../lib/errors.ts';
import { openClient } from '../dialects/client.ts';
import { type HttpServer, listen, text } from '../dialects/server.ts';
import { KEY } from '../support/key.ts';
import { type Exchange, type Fault, startFaultProxy } from './proxy.ts';
import { seededRandom } from './random.ts';
import { CLIP, CLIP_SHA256, ranged, startVideoServer } from './videoServer.ts';

const RUNS = 200;
const AT_ONCE = 25;
const FAULTS_PER_RUN = 3;
const FETCHED_TWICE = 0.05;
const SENSIBLE = [
  'gone',
  'invalid_media',
  'invalid_response',
  'not_ready',
  'outcome_unknown',
  'rate_limited',
  'server_error',
  'server_unreachable',
];

/** Serves the clip to whoever comes, and nothing else. */
const startElsewhere = () =>
  listen((request) => (request.path === '/clip.mp4' ? ranged(request) : text('not here', 404)));

function randomFault(random: () => number, { path }: { path: string }, elsewhere: string): Fault {
  const share = random();
  const to = path.endsWith('/content') ? `${elsewhere}/clip.mp4` : `${elsewhere}/v1/videos`;
  const faults: readonly Fault[] = [
    { kind: 'reset request', share },
    { kind: 'reset response', share },
    { kind: 'reset response', share: 0 },
    { kind: 'stall', share },
    { kind: 'half a header' },
    { kind: 'HTML 502', arrives: share < 0.5 },
    { kind: '429', headers: { 'retry-after': '2' } },
    { kind: '429', headers: { 'retry-after': new Date(Date.now() + 2_000).toUTCString() } },
    { kind: '429', headers: { 'retry-after-ms': '1500' } },
    { kind: '429', headers: {} },
    { kind: 'redirect', to },
    { kind: 'slow drip' },
    { kind: 'wrong content-length' },
    { kind: 'gzip' },
  ];
  return faults[Math.floor(random() * faults.length)] ?? { kind: 'half a header' };
}

/** One clip from create to file, through a network that breaks up to three times. */
async function run(seed: number): Promise<string> {
  const random = seededRandom(seed);
  await using server = await startVideoServer();
  await using elsewhere = await startElsewhere();
  let faults = 0;
  await using proxy = await startFaultProxy(server.origin, (request) => {
    // A create that fails ends the run, so most runs are to get beyond it.
    const chance = request.method === 'POST' ? 0.2 : request.path.endsWith('/content') ? 0.7 : 0.25;
    if (random() > chance || faults >= FAULTS_PER_RUN) return undefined;
    faults++;
    return randomFault(random, request, elsewhere.origin);
  });
  await using client = await openClient({ baseUrl: `${proxy.origin}/v1`, apiKey: KEY, requestTimeoutMs: 250 });
  const { api, folder } = client;
  const story = () => proxy.exchanges.map(({ method, fault }) => `${method} ${fault?.kind ?? 'well'}`).join(', ');
  let stage = 'create';
  let outcome = 'saved';
  try {
    const { id } = await api.create({ prompt: 'A boat' });
    stage = 'wait';
    await api.wait([id]);
    stage = 'download';
    const file = await api.download(id, { name: 'boat' });
    const saved = createHash('sha256')
      .update(await readFile(path.join(folder, file.path)))
      .digest('hex');
    assert.deepEqual([file.sha256, saved], [CLIP_SHA256, CLIP_SHA256], `${stage}: other bytes (${story()})`);
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    outcome = `${stage} failed`;
    assert.ok(error instanceof VideoToolsetError, `${stage}: ${String(error)} is none of ours (${story()})`);
    assert.ok(SENSIBLE.includes(error.code), `${stage}: ${error.code}: ${error.message} (${story()})`);
    const { submitted } = error.report();
    if (server.creates > 0) assert.notEqual(submitted, 'no', `${stage}: a paid job is denied (${story()})`);
    assert.deepEqual(await readdir(folder).catch(() => []), [], `${stage}: a file was left (${story()})`);
  }
  assert.ok(server.creates <= 1, `${server.creates} creates arrived (${story()})`);
  assert.ok(fetchedTwice(proxy.exchanges) <= FETCHED_TWICE * CLIP.length, `too much was fetched twice (${story()})`);
  assertNoKey(elsewhere);
  return outcome;
}

/** Bytes that a resumed download asked for although they had come. */
function fetchedTwice(exchanges: readonly Exchange[]): number {
  let held = 0;
  let twice = 0;
  for (const { range, delivered, fault } of exchanges.filter((exchange) => exchange.path.endsWith('/content'))) {
    const start = Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    if (range !== undefined) twice += Math.max(0, held - start);
    // A reset takes away what the client's kernel still held, which on a busy machine is much.
    if (fault?.kind === 'reset response') held = 0;
    // Compressed bytes are no bytes of the clip.
    else if (fault?.kind !== 'gzip') held = start + delivered;
  }
  return twice;
}

function assertNoKey({ received }: HttpServer): void {
  for (const { headers } of received) assert.equal(headers.authorization, undefined);
}

const chosen = process.env.SEED;
const seeds = chosen === undefined ? Array.from({ length: RUNS }, (_, index) => index + 1) : [Number(chosen)];

test(`a clip is right or absent, and paid for once, over ${seeds.length} broken networks`, async (context) => {
  const failures: string[] = [];
  const outcomes: Record<string, number> = {};
  const waiting = [...seeds];
  const worker = async () => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const outcome = await run(seed).catch((error) => {
        failures.push(`SEED=${seed}: ${error instanceof Error ? error.message : String(error)}`);
        return 'wrong';
      });
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  context.diagnostic(JSON.stringify(outcomes));
  assert.equal(failures.length, 0, `\n${failures.join('\n')}`);
});
