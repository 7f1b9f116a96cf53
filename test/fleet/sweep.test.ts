import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { enqueue, settleUnwanted, sweep } from '../../lib/production/fleet/enqueue.ts';
import { inFleet } from '../../lib/production/fleet/fleet.ts';
import { openQueue } from '../../lib/production/fleet/queue.ts';
import { watch } from '../../lib/production/fleet/watch.ts';
import { advanceShot } from '../../lib/production/storyboard/advanceShot.ts';
import { planStoryboard } from '../../lib/production/storyboard/runStoryboard.ts';
import { startProvider } from '../paid/provider.ts';
import { BOARD, shot } from '../production/storyboard/support.ts';
import { POSTGRES_MISSING, type PostgresServer, startPostgres } from '../support/postgres.ts';
import { openTools } from '../tools/support.ts';

const skip = POSTGRES_MISSING;
const OUTPUT = { concatenate: false, publish: false, poster: 0 };

let server: Promise<PostgresServer> | undefined;
after(async () => (await server)?.[Symbol.asyncDispose]());

async function openBoard(...ids: string[]) {
  server ??= startPostgres();
  const ledger = (await server).database();
  const stack = new AsyncDisposableStack();
  const provider = stack.use(await startProvider({ jobMs: 60_000, list: 'missing' }));
  const { runtime } = stack.use(await openTools({ baseUrl: provider.baseUrl, ledger }));
  const services = inFleet(runtime);
  const queue = stack.use(await openQueue(ledger, services.server, {}));
  const plan = { id: BOARD, title: 'Harbour', server: services.server, workspace: 'fleet', output: OUTPUT };
  await (await services.ledger()).storyboards.plan({ ...plan, shots: ids.map((id) => shot(id)) });
  return {
    ...{ services, queue, provider },
    begin: (id: string) => advanceShot(BOARD, id, services, { limitMs: 1_000, approve: async () => true }),
    idsIn: async (line: 'new' | 'again') => (await queue.take(line, 100)).map(({ shot: id }) => id).sort(),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

test('a shot that is in no line comes into one: what is begun goes before what waits for room', { skip }, async () => {
  await using board = await openBoard('dawn', 'noon', 'night');
  const { queue, services } = board;
  await board.begin('noon');
  await queue.add('new', [{ storyboard: BOARD, id: 'night', take: 1 }]);
  const [night] = await queue.take('new', 1);
  assert.ok(night);
  await sweep(queue, services);
  assert.deepEqual([await board.idsIn('new'), await board.idsIn('again')], [['dawn'], ['noon']]);
  await sweep(queue, services);
  assert.deepEqual([await board.idsIn('new'), await board.idsIn('again')], [[], []], 'all are at work');
});

test('a clip that nobody knows is looked for again for a while, and then waits for a person', { skip }, async () => {
  await using board = await openBoard('dawn', 'noon');
  const { queue, services } = board;
  const ledger = await services.ledger();
  for (const id of ['dawn', 'noon']) {
    const { clip } = await board.begin(id);
    assert.ok(clip);
    const error = { code: 'not_found', message: '404' };
    await ledger.move(clip, 'gone', { error });
  }
  const { clip: key } = (await ledger.storyboards.shot(BOARD, 'dawn')) ?? {};
  const anHourAgo = { ...ledger, now: () => ledger.now() + 3_600_000 };
  await sweep(queue, { ...services, ledger: async () => anHourAgo });
  assert.deepEqual(await board.idsIn('again'), []);
  const gone = await ledger.get(key ?? '');
  assert.ok(gone);
  await ledger.move(gone, 'known');
  await sweep(queue, { ...services, ledger: async () => anHourAgo });
  assert.deepEqual(await board.idsIn('again'), ['dawn'], 'a person has decided');
  await sweep(queue, services);
  assert.deepEqual(await board.idsIn('again'), ['noon'], 'the while is not over yet');
});

test('a storyboard that is asked for again comes into line once, with what was put aside', { skip }, async () => {
  await using board = await openBoard('dawn', 'noon', 'night');
  const { queue, services } = board;
  assert.equal(await enqueue(BOARD, queue, services), 3);
  const [first] = await queue.take('new', 1);
  assert.ok(first);
  await queue.handOn(first, 'stuck');
  assert.deepEqual(await queue.stuck(BOARD), [first.shot]);
  assert.equal(await enqueue(BOARD, queue, services), 3);
  assert.deepEqual(await board.idsIn('new'), ['dawn', 'night', 'noon']);
  assert.equal(await enqueue(BOARD, queue, services), 3);
  assert.deepEqual(await board.idsIn('new'), []);
});

test('nobody looks on for ever at a shot that was put aside and is for a person as well', { skip }, async () => {
  await using board = await openBoard('dawn');
  const { queue, services } = board;
  const { clip } = await board.begin('dawn');
  assert.ok(clip);
  await (await services.ledger()).move(clip, 'gone', { error: { code: 'not_found', message: '404' } });
  await queue.add('stuck', [{ storyboard: BOARD, id: 'dawn', take: 1 }]);
  const signal = AbortSignal.timeout(5_000);
  await watch(BOARD, queue, services, { signal });
  assert.ok(!signal.aborted, 'it looks on');
});

test('jobs that no shot wants any more make room once they have ended, and nothing is published of them', {
  skip,
}, async () => {
  await using board = await openBoard('dawn', 'noon');
  const { services, provider } = board;
  const { storyboards, windows, ...ledger } = await services.ledger();
  await windows.set(services.server, 2);
  const { clip } = await board.begin('dawn');
  await board.begin('noon');
  const plan = { id: BOARD, title: 'Harbour', server: services.server, workspace: 'fleet', output: OUTPUT };
  await storyboards.plan({ ...plan, shots: [shot('noon'), shot('night')] });
  await settleUnwanted(services);
  assert.equal((await windows.get(services.server))?.room, 0, 'both are made still');
  await provider.set({ jobMs: 0 });
  await settleUnwanted(services);
  assert.equal((await windows.get(services.server))?.room, 1, 'what a shot wants is left to who carries it');
  await settleUnwanted(services);
  assert.equal((await ledger.get(clip?.key ?? ''))?.state, 'done');
});

test('what nobody agreed to is in no line, and comes into none', { skip }, async () => {
  await using board = await openBoard('dawn');
  const { queue } = board;
  const services = { ...board.services, config: { ...board.services.config, approveAboveUsd: 0 } };
  const plan = { id: BOARD, title: 'Harbour', server: services.server, workspace: 'fleet', output: OUTPUT };
  const wider = { ...plan, shots: [shot('dawn'), shot('noon')] };
  const asked: string[] = [];
  const approve = async ({ question }: { question: string }) => asked.push(question) === 0;
  await assert.rejects(planStoryboard(wider, services, { approve }), { code: 'not_approved' });
  await sweep(queue, services);
  assert.deepEqual(await board.idsIn('new'), ['dawn']);
  await planStoryboard(wider, services, { approve: async () => true });
  await sweep(queue, services);
  assert.deepEqual(await board.idsIn('new'), ['noon']);
});

test('a storyboard of one machine, or of another server, is left alone', { skip }, async () => {
  await using board = await openBoard('dawn');
  const { queue, services } = board;
  const { storyboards } = await services.ledger();
  const elsewhere = { title: 'Elsewhere', output: OUTPUT, shots: [shot('moon')] };
  await storyboards.plan({ ...elsewhere, id: 'here', server: services.server, workspace: '/home/someone' });
  await storyboards.plan({ ...elsewhere, id: 'there', server: 'https://other.example/v1', workspace: 'fleet' });
  await sweep(queue, services);
  assert.deepEqual(await board.idsIn('new'), ['dawn']);
});
