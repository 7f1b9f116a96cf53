import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { ToolData } from '../../types/tool.ts';
import { startProvider } from '../paid/provider.ts';
import { errorOf, freeError, openTools, type TestTools } from './support.ts';

const BOATS = `title: Boats
defaults: { seconds: 4 }
output: { concatenate: false }
shots:
${[1, 2, 3, 4, 5].map((index) => `  - { id: boat-${index}, prompt: Boat ${index} }`).join('\n')}
`;

function boardOf({ storyboard }: ToolData): string {
  assert.equal(typeof storyboard, 'string');
  return String(storyboard);
}

async function openBoards(baseUrl: string, options: object = {}): Promise<TestTools> {
  return await openTools({ baseUrl, tools: ['storyboard'], ...options });
}

test('a storyboard is made in one call, and the same call again makes nothing', async () => {
  await using provider = await startProvider({ jobMs: 30 });
  await using tools = await openBoards(provider.baseUrl);
  const reports: string[] = [];
  const progress = ({ status = '' }: { status?: string }) => reports.push(status);
  const { summary, data } = await tools.call('storyboard_produce', { document: BOATS }, { progress });
  assert.equal(summary, 'Boats: of 5 shots 5 published.');
  assert.deepEqual([data.published?.length, data.jobs?.length, data.next_step], [5, 5, undefined]);
  assert.deepEqual(reports, ['1 of 5 shots', '2 of 5 shots', '3 of 5 shots', '4 of 5 shots', '5 of 5 shots']);
  const again = await tools.call('storyboard_produce', { document: BOATS });
  assert.deepEqual(again.data, data);
  assert.equal((await provider.books()).creates, 5);
  const seen = await tools.call('storyboard_status', { id: boardOf(data) });
  assert.deepEqual([seen.summary, seen.data.shots], [summary, data.shots]);
  const all = await tools.call('storyboard_status', {});
  assert.deepEqual(all.data.storyboards, [{ id: boardOf(data), title: 'Boats', states: { published: 5 } }]);
});

test('it returns when its time is up, with the state of each shot and the call that goes on', async () => {
  await using provider = await startProvider({ jobMs: 60_000 });
  await using tools = await openBoards(provider.baseUrl);
  const { summary, data } = await tools.call('storyboard_produce', { document: BOATS }, { waitLimitMs: 2_500 });
  assert.match(summary, /^Boats: of 5 shots (.*, )?\d known\b/);
  assert.equal(data.next_step, `Call storyboard_produce with ${JSON.stringify({ id: boardOf(data) })}`);
  await provider.set({ jobMs: 0 });
  const { data: ended } = await tools.call('storyboard_produce', { id: boardOf(data) });
  assert.deepEqual([ended.published?.length, ended.next_step], [5, undefined]);
  assert.equal((await provider.books()).creates, 5);
});

test('a storyboard file and its table lie in the workspace', async () => {
  await using provider = await startProvider();
  await using tools = await openBoards(provider.baseUrl);
  await mkdir(path.join(tools.workspace, 'boards'));
  const board = 'title: Table\ndefaults: { seconds: 4, template: "{animal}" }\ntable: animals.csv\n';
  await writeFile(path.join(tools.workspace, 'boards', 'film.yaml'), board);
  await writeFile(path.join(tools.workspace, 'boards', 'animals.csv'), 'animal\nA cat\nA dog\n');
  const { data } = await tools.call('storyboard_produce', { path: 'boards/film.yaml' });
  assert.equal(data.published?.length, 2);
  await writeFile(path.join(tools.folder, 'secret.csv'), 'animal\nA secret\n');
  for (const input of [
    { path: '../secret.csv' },
    { document: board.replace('animals.csv', '../secret.csv') },
    { document: board.replace('animals.csv', path.join(tools.folder, 'secret.csv')) },
  ]) {
    const { message } = freeError(await tools.call('storyboard_produce', input));
    assert.match(message, /outside the workspace|There is no file/);
    assert.ok(!message.includes(tools.folder), message);
  }
  assert.equal((await provider.books()).creates, 2);
});

test('what is wrong is told with its place, and nothing is sent', async () => {
  await using provider = await startProvider();
  await using tools = await openBoards(provider.baseUrl, { approveAboveUsd: 0 });
  for (const [input, message] of [
    [{}, /takes one of document, path and id/],
    [{ document: BOATS, id: 'x' }, /takes one of document, path and id/],
    [{ document: 'title: Boats\nshot: []' }, /document, line 2, column 1: there is no "shot" here; shots was meant\?/],
    [{ id: 'nothing' }, /The ledger has no storyboard "nothing"/],
    [{ document: BOATS }, /needs a person's approval .* nobody can be asked here\. Nothing was sent\./],
  ] as const) {
    assert.match(freeError(await tools.call('storyboard_produce', input)).message, message);
  }
  assert.match(freeError(await tools.call('storyboard_status', { id: 'nothing' })).message, /no storyboard/);
  assert.equal((await provider.books()).creates, 0);
});

test('over the budget it is an error that tells how far it came and how it goes on', async () => {
  await using provider = await startProvider();
  await using tools = await openBoards(provider.baseUrl, { budgetSeconds: 8 });
  const { code, message, next_step } = errorOf(await tools.call('storyboard_produce', { document: BOATS }));
  assert.equal(code, 'over_budget');
  assert.match(message, /Boats: of 5 shots .*2 published/);
  assert.match(next_step ?? '', / Call storyboard_produce with \{"id":"boats-/);
  assert.equal((await provider.books()).creates, 2);
});

test('what failed is told, and is made anew only when that is asked for', async () => {
  await using provider = await startProvider();
  await using tools = await openBoards(provider.baseUrl);
  const { data } = await tools.call('storyboard_produce', { document: BOATS.replace('Boat 3', '"Boat 3 [fails]"') });
  assert.deepEqual(Object(data.shots)[0], { id: 'boat-3', state: 'failed', error: 'The GPU ran out of memory.' });
  await tools.call('storyboard_produce', { id: boardOf(data) });
  assert.equal((await provider.books()).creates, 5);
  await tools.call('storyboard_produce', { id: boardOf(data), retry_failed: true });
  assert.equal((await provider.books()).creates, 6);
});

test('a host that asks beforehand is told what the call would ask, and nothing is written down by that', async () => {
  await using provider = await startProvider();
  await using tools = await openBoards(provider.baseUrl, { approveAboveUsd: 1, model: 'sora-2' });
  const tool = tools.tools.find(({ name }) => name === 'storyboard_produce');
  const question = await tool?.question?.({ document: BOATS }, {});
  assert.deepEqual(question, {
    tool: 'storyboard_produce',
    question: 'Make the storyboard "Boats": 5 clips, 20 seconds, about $2.00?',
    usd: 2,
  });
  assert.deepEqual((await tools.call('storyboard_status', {})).data.storyboards, []);
  const asked: unknown[] = [];
  const approve = async (request: unknown) => asked.push(request) > 0;
  const { data } = await tools.call('storyboard_produce', { document: BOATS }, { approve });
  assert.deepEqual(asked, [question]);
  assert.equal(await tool?.question?.({ id: boardOf(data) }, {}), undefined);
});

test('what waits for a shot that failed is no reason to call again', async () => {
  await using provider = await startProvider();
  await using tools = await openBoards(provider.baseUrl);
  const next = '  - { id: last, prompt: It lands, remix_of: boat-3 }\n';
  const document = `${BOATS.replace('Boat 3', '"Boat 3 [fails]"')}${next}`;
  const { summary, data } = await tools.call('storyboard_produce', { document });
  assert.match(summary, /of 6 shots (4 published, 1 failed|1 failed, 4 published), 1 waiting/);
  assert.equal(data.next_step, undefined);
});
