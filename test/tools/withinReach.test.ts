import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { TOOL_NAMES } from '../../lib/config/tools.ts';
import { answerJson, listen } from '../support/server.ts';
import { openStudio } from '../support/studio.ts';
import { openTools } from './support.ts';

const BOAT = { prompt: 'A boat' };

/** The tools that a step names. */
function named(step: string | undefined): string[] {
  return TOOL_NAMES.filter((name) => step?.includes(name));
}

test('a result names no next step for which there is no tool', async () => {
  await using studio = await openStudio();
  for (const [tools, last] of [
    [['video_create', 'video_wait', 'video_download'], 'video_download'],
    [['video_create', 'video_wait'], 'video_wait'],
    [['video_create'], 'video_create'],
  ] as const) {
    await using made = await openTools({ baseUrl: studio.baseUrl, tools });
    const { jobs: [{ id } = { id: '' }] = [], ...created } = (await made.call('video_create', BOAT)).data;
    const calls = { video_wait: { ids: [id] }, video_download: { id } };
    const steps = [created.next_step];
    for (const [tool, input] of Object.entries(calls)) {
      if (tools.some((name) => name === tool)) steps.push((await made.call(tool, input)).data.next_step);
    }
    assert.deepEqual(
      steps.flatMap(named),
      tools.filter((name) => name !== 'video_create'),
      last,
    );
    assert.equal(steps.at(-1), undefined, last);
  }
});

test('an error names no next step for which there is no tool, and says what can be done instead', async () => {
  await using server = await listen(({ method, url }, response) => {
    if (method === 'POST') return response.destroy();
    return answerJson(response, { error: { message: 'No.' } }, url.includes('?') ? 500 : 404);
  });
  for (const [tool, input, code] of [
    ['video_create', BOAT, 'outcome_unknown'],
    ['video_retrieve', { id: 'video_1' }, 'not_found'],
    ['video_wait', { ids: ['video_1'] }, 'not_found'],
    ['cdn_delete', { key: '2026/11/none.mp4' }, 'not_found'],
  ] as const) {
    await using tools = await openTools({ baseUrl: server.baseUrl, tools: [tool], approveDelete: 'no' });
    const { error } = (await tools.call(tool, input)).data;
    assert.equal(error?.code, code, tool);
    assert.deepEqual(
      named(error.next_step).filter((name) => name !== tool),
      [],
      tool,
    );
    assert.match(error.next_step ?? '', /^(Tell the user|Make the same call again)/, tool);
  }
});

test('a clip that cannot be published is gone on with by the same call where there is no tool to publish it', async () => {
  await using studio = await openStudio();
  await using tools = await openTools({ baseUrl: studio.baseUrl, tools: 'produce' });
  // A file stands where the folder would be.
  await writeFile(path.join(tools.workspace, 'published'), '');
  const { error } = (await tools.call('video_produce', BOAT)).data;
  assert.ok(error);
  assert.deepEqual(named(error.next_step), []);
  assert.ok(error.next_step);
});
