import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { candidatesOf, decide } from '../../lib/production/decide.ts';
import { produce } from '../../lib/production/produce.ts';
import type { Clip } from '../../types/ledger.ts';
import { startProvider } from '../paid/provider.ts';
import { picture } from '../support/media.ts';
import { errorOf, openTools, type TestTools } from '../tools/support.ts';

const LIMIT = { limitMs: 20_000 };
const QUICK = {
  quarantineMs: 1_500,
  sendDeadlineMs: 300,
  requestTimeoutMs: 1_200,
  profile: { defaultSeconds: 4, listEchoesPrompt: true },
};

async function clipIn({ runtime }: TestTools): Promise<Clip> {
  const [clip] = await (await runtime.ledger()).list();
  return clip ?? assert.fail('the ledger is empty');
}

/** A clip whose answer was lost, past its quarantine. */
async function lostClip(tools: TestTools, input: object = {}): Promise<Clip> {
  const error = errorOf(await tools.call('video_create', { prompt: 'A boat [lost]', ...input }));
  assert.equal(error.code, 'outcome_unknown');
  await sleep(QUICK.quarantineMs + 50);
  return await clipIn(tools);
}

test('a lost clip whose picture has changed since is left to a person, who is shown its job', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl, ...QUICK });
  const file = path.join(tools.workspace, 'boat.png');
  await writeFile(file, picture('image/png', 64));
  const { key } = await lostClip(tools, { input_reference: 'boat.png' });
  await writeFile(file, picture('image/png', 32));
  const { clip, isSettled } = await produce(key, tools.runtime, LIMIT);
  assert.deepEqual([clip.state, isSettled], ['unknown', true]);
  const [job] = await candidatesOf(clip, tools.runtime);
  await decide(clip, { job: job?.id ?? '' }, tools.runtime);
  await (await tools.runtime.ledger()).want(clip, 'published');
  assert.equal((await produce(key, tools.runtime, LIMIT)).clip.state, 'published');
  assert.equal((await provider.books()).jobs.length, 1);
});

test('a person may decide as soon as the quarantine is over, whatever the list of the server is like', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl, ...QUICK });
  const clip = await lostClip(tools);
  assert.equal(clip.state, 'sent');
  assert.equal((await decide(clip, 'resend', tools.runtime)).state, 'known');
});

test('before the quarantine is over a person can only name the job', async () => {
  await using provider = await startProvider();
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  await tools.call('video_create', { prompt: 'A boat [lost]' });
  const clip = await clipIn(tools);
  for (const decision of ['resend', 'drop'] as const)
    await assert.rejects(decide(clip, decision, tools.runtime), { code: 'invalid_argument' });
  const [job] = (await provider.books()).jobs;
  assert.equal((await decide(clip, { job: job?.id ?? '' }, tools.runtime)).state, 'known');
});

test('a clip that is not to be finished any more can be given up at every stage, and wished for again', async () => {
  await using provider = await startProvider({ jobMs: 60_000 });
  await using tools = await openTools({ baseUrl: provider.baseUrl });
  await tools.call('video_create', { prompt: 'A boat' });
  const ledger = await tools.runtime.ledger();
  const known = await ledger.want(await clipIn(tools), 'published');
  assert.equal((await decide(known, 'drop', tools.runtime)).state, 'failed');
  await assert.rejects(decide(await clipIn(tools), 'drop', tools.runtime), { code: 'invalid_argument' });
  await tools.call('video_create', { prompt: 'A boat' });
  const done = await ledger.move(await ledger.want(await clipIn(tools), 'published'), 'done');
  const file = { path: 'boat.mp4', bytes: 1, sha256: 'ab', content_type: 'video/mp4' };
  const downloaded = await ledger.move(done, 'downloaded', { file });
  assert.equal((await decide(downloaded, 'drop', tools.runtime)).state, 'failed');
  assert.equal((await provider.paid('A boat')).length, 2);
});
