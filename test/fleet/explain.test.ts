import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { openLedger } from '../../lib/ledger/open.ts';
import { openQueue } from '../../lib/production/fleet/queue.ts';
import type { Shot } from '../../types/storyboard.ts';
import { SERVER, wish } from '../ledger/support.ts';
import { POSTGRES_MISSING, startPostgres } from '../support/postgres.ts';

const SHOTS = 10_000;
const BOARD = 'postcards';
/** Tables that are as long as a fleet has work. */
const LONG = /Seq Scan on (clips|attempts|shots|job_common|j[0-9a-f]{20,})/;

interface Statement {
  text: string;
  values: unknown[];
}

/** Every statement that is sent while something is done. */
async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const seen: Statement[] = [];
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (...call: unknown[]) {
    const [text, values] = call;
    if (typeof text === 'string') seen.push({ text, values: Array.isArray(values) ? values : [] });
    return Reflect.apply(query, this, call);
  };
  try {
    await work();
  } finally {
    pg.Client.prototype.query = query;
  }
  return seen.filter(({ text }) => /^\s*(SELECT|UPDATE|INSERT|DELETE|WITH)/i.test(text) && !/advisory/.test(text));
}

test(`with ${SHOTS} shots, no statement about one of them reads through a whole table`, {
  skip: POSTGRES_MISSING,
}, async (context) => {
  await using postgres = await startPostgres();
  const database = postgres.database();
  const ledger = await openLedger({ ledger: database, sendDeadlineMs: 10_000, quarantineMs: 90_000 }, false, {
    isWindowed: true,
  });
  await using queue = await openQueue(database, SERVER, {});
  const client = new pg.Client(database);
  await client.connect();
  try {
    const { storyboards } = ledger;
    const shots = Array.from({ length: SHOTS }, (_, index) => {
      const id = `shot-${index}`;
      const source = index % 100 === 1 ? { source: { link: 'remix_of' as const, shot: `shot-${index - 1}` } } : {};
      return { id, request: { prompt: `Boat ${index}`, ...source }, hash: `of ${index}` };
    });
    const output = { concatenate: false, publish: false, poster: 0 };
    await storyboards.plan({ id: BOARD, title: 'Postcards', server: SERVER, workspace: 'fleet', output, shots });
    const ready = await storyboards.ready(BOARD, { limit: SHOTS });
    await queue.add('new', ready);
    await ledger.windows.set(SERVER, 100);
    await fill(client);

    const oneShot = async (id: string): Promise<Shot> => (await storyboards.shot(BOARD, id)) ?? assert.fail(id);
    const statements = await statementsOf(async () => {
      await ledger.windows.get(SERVER);
      const leases = await queue.take('new', 16);
      await queue.take('again', 16);
      await queue.renew(leases);
      const dawn = await oneShot('shot-9000');
      const { clip } = await ledger.intend(wish('A new one', { session: BOARD }), {
        usd: 1e9,
        seconds: 1e9,
        jobs: 1e9,
      });
      await storyboards.claim(dawn, clip.key);
      const sent = ledger.markSent(await ledger.markSentAhead(clip));
      const done = await ledger.move(await ledger.answered(sent, 'job-new'), 'done');
      const file = { path: 'a.mp4', bytes: 1, sha256: 'ab', content_type: 'video/mp4' };
      const downloaded = await ledger.move(done, 'downloaded', { file });
      await ledger.move(downloaded, 'published', {
        published: { ...file, url: 'https://a', key: 'a', verified: 'sha256' },
      });
      assert.equal((await storyboards.done({ ...dawn, clip: clip.key }, clip.key)).length, 1);
      await ledger.windows.grow(SERVER);
      await storyboards.note(await oneShot('shot-5'), { code: 'server_error', message: 'no' });
      await storyboards.ready(BOARD, { after: 5_000, limit: 64 });
      await queue.finish(leases.slice(0, 8));
      for (const lease of leases.slice(8)) await queue.handOn(lease, 'again');
    });
    assert.ok(statements.length > 50, `${statements.length} statements were seen`);
    for (const { text, values } of statements) {
      const { rows } = await client.query(`EXPLAIN ${text}`, values);
      const plan = rows.map((row) => String(row['QUERY PLAN'])).join('\n');
      assert.doesNotMatch(plan, LONG, `${text}\n${plan}`);
    }
    context.diagnostic(`${statements.length} statements`);
  } finally {
    await client.end();
    await ledger.close();
  }
});

/** As many finished clips and attempts, of yesterday and before. */
async function fill(client: pg.Client): Promise<void> {
  const columns = `key, version, state, is_open, hash, server, workspace, session, operation, parameters, variation, goal,
    idempotency_key, created_at, updated_at, attempt, send_deadline, job_id`;
  await client.query(
    `INSERT INTO clips (${columns})
     SELECT 'old-' || i, 7, 'published', 0, 'hash-' || i, '${SERVER}', 'fleet', 'before', 'create', '{"prompt":"x"}', 1, 'published',
       'key-' || i, i, i, 1, i, 'job-' || i FROM generate_series(1, ${SHOTS}) AS i`,
  );
  await client.query(
    `INSERT INTO attempts (clip, number, outcome, started_at, seconds, usd, is_free, is_counted)
     SELECT 'old-' || i, 1, 'answered', i, 4, 0.4, 0, 1 FROM generate_series(1, ${SHOTS}) AS i`,
  );
  await client.query('ANALYZE');
}
