import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { questionOf } from '../../lib/tools/run.ts';
import type { ApprovalRequest } from '../../types/tool.ts';
import { mp4 } from '../support/media.ts';
import { answerJson, listen } from '../support/server.ts';
import { freeError, openTools, type TestTools } from './support.ts';

const PRICES = { model: 'sora-2', prices: { 'sora-2': 0.1 }, approveAboveUsd: 0.5 };

/** A server with one finished clip of 12 seconds, `v`. */
const openServer = () =>
  listen((request, response) =>
    request.url.includes('/none')
      ? answerJson(response, { error: { message: 'There is none.' } }, 404)
      : answerJson(response, { id: 'v', status: 'completed', seconds: '12', model: 'sora-2', prompt: 'A boat' }),
  );

function ask(tools: TestTools, name: string, input: unknown, session?: string) {
  const tool = tools.tools.find((candidate) => candidate.name === name);
  assert.ok(tool);
  return questionOf(tool, input, { ...(session && { session }) });
}

test('what a call would ask is known before it, in the very words that it asks with, and nothing is sent', async () => {
  await using server = await openServer();
  await using tools = await openTools({ baseUrl: server.baseUrl, ...PRICES });
  await writeFile(path.join(tools.workspace, 'clip.mp4'), mp4());
  for (const [name, input] of [
    ['video_create', { prompt: 'A boat', seconds: 8 }],
    ['video_create', { prompt: 'A boat', seconds: '8', model: 'unheard of' }],
    ['video_produce', { prompt: 'A tram', seconds: 8 }],
    ['video_remix', { id: 'v', prompt: 'At night' }],
    ['video_edit', { video: 'v', prompt: 'At night' }],
    ['video_extend', { video: 'v', prompt: 'It lands', seconds: 8 }],
    ['video_extend', { video: 'clip.mp4', prompt: 'It lands', seconds: 8 }],
    ['video_delete', { id: 'v' }],
    ['cdn_delete', { key: '2026/01/boat.mp4' }],
  ] as const) {
    const foretold = await ask(tools, name, input);
    const asked: ApprovalRequest[] = [];
    const approve = async (request: ApprovalRequest) => asked.push(request) === 0;
    assert.equal(freeError(await tools.call(name, input, { approve })).code, 'not_approved');
    assert.deepEqual(foretold, asked[0], name);
    assert.ok(foretold, `${name} ${JSON.stringify(input)}`);
  }
  assert.deepEqual(
    server.received.filter(({ method }) => method !== 'GET'),
    [],
  );
  assert.deepEqual(await (await tools.runtime.ledger()).list(), [], 'nothing was noted down');
});

test('there is no question where the call would ask none', async () => {
  await using server = await openServer();
  await using tools = await openTools({ baseUrl: server.baseUrl, ...PRICES });
  for (const [name, input] of [
    ['video_create', { prompt: 'A boat', seconds: 4 }],
    ['video_produce', { prompt: 'A boat', seconds: 4 }],
    ['video_produce', { key: 'clip-0123456789ab' }],
    ['video_wait', { ids: ['v'] }],
    ['cdn_list', {}],
  ] as const)
    assert.equal(await ask(tools, name, input), undefined, name);

  await using settled = await openTools({ baseUrl: server.baseUrl, approveDelete: 'no' });
  for (const [name, input] of [
    ['video_delete', { id: 'v' }],
    ['cdn_delete', { key: 'boat.mp4' }],
    ['video_create', { prompt: 'A boat', seconds: 60 }],
  ] as const)
    assert.equal(await ask(settled, name, input), undefined, name);
});

test('a clip that was made before is not asked about again within its session', async () => {
  await using server = await openServer();
  await using tools = await openTools({ baseUrl: server.baseUrl, ...PRICES });
  const input = { prompt: 'A boat', seconds: 8 };
  await tools.call('video_create', input, { approve: async () => true, session: 'a' });
  await tools.call('video_wait', { ids: ['v'] });
  assert.equal(await ask(tools, 'video_create', input, 'a'), undefined);
  assert.ok(await ask(tools, 'video_create', input, 'b'));
  assert.ok(await ask(tools, 'video_create', { ...input, variation: 2 }, 'a'));
});

test('where it cannot be found out there is no question, and the call itself says what is wrong', async () => {
  await using server = await openServer();
  await using tools = await openTools({ baseUrl: server.baseUrl, ...PRICES });
  for (const [name, input] of [
    ['video_create', { prompt: 7, seconds: 'many' }],
    ['video_create', 'no JSON'],
    ['video_produce', {}],
    ['video_create', { prompt: 'A boat', seconds: 8, input_reference: '../secret.png' }],
    ['video_remix', { id: 'none', prompt: 'At night' }],
    ['video_delete', { id: 'none' }],
    ['cdn_delete', { key: '../../boat.mp4' }],
  ] as const) {
    assert.equal(await ask(tools, name, input), undefined, name);
    freeError(await tools.call(name, input, { approve: async () => true }));
  }
  assert.ok(server.received.every(({ method }) => method === 'GET'));
});
