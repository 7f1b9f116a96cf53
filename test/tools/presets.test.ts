import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRESETS, TOOL_NAMES } from '../../lib/config/tools.ts';
import { resolveConfig } from '../../lib/config.ts';
import { createVideoToolset } from '../../lib/index.ts';
import type { Options, ToolPreset } from '../../types/config.ts';
import { answerJson, listen } from '../support/server.ts';
import { openStudio } from '../support/studio.ts';
import { errorOf, openTools } from './support.ts';

const namesOf = (options: Options) => createVideoToolset(options).map(({ name }) => name);

const MADE_OF_CLIPS = [
  'video_remix',
  'video_edit',
  'video_extend',
  'video_character_create',
  'video_character_retrieve',
];

test('without a choice there is every tool, and the list of names is that of the tools', () => {
  assert.deepEqual(namesOf({}), PRESETS.all);
  assert.deepEqual(namesOf({ tools: ['all', 'storyboard'] }), TOOL_NAMES);
});

test('each preset holds what it is for', () => {
  const expected: Record<ToolPreset, string[]> = {
    produce: ['video_produce', 'video_wait', 'video_retrieve', 'video_list'],
    chain: ['video_create', 'video_wait', 'video_retrieve', 'video_list', 'video_download', 'cdn_upload'],
    readonly: ['video_wait', 'video_retrieve', 'video_list', 'video_character_retrieve', 'cdn_list'],
    all: TOOL_NAMES.filter((name) => !name.startsWith('storyboard_')),
    storyboard: ['storyboard_produce', 'storyboard_status'],
  };
  assert.deepEqual(Object.keys(PRESETS), Object.keys(expected));
  for (const preset of ['produce', 'chain', 'readonly', 'all', 'storyboard'] as const) {
    assert.deepEqual(namesOf({ tools: preset }), expected[preset], preset);
  }
  for (const tool of createVideoToolset({ tools: 'readonly' })) assert.equal(tool.annotations.readOnlyHint, true);
});

test('tools are chosen by name, in whatever order, and beside a preset', () => {
  assert.deepEqual(namesOf({ tools: ['cdn_list', 'video_wait', 'video_wait'] }), ['video_wait', 'cdn_list']);
  assert.deepEqual(namesOf({ tools: ['produce', 'cdn_list'] }), [...PRESETS.produce, 'cdn_list']);
  assert.deepEqual(resolveConfig({}, { VIDEO_TOOLS: 'readonly' }).tools.toSorted(), PRESETS.readonly.toSorted());
});

test('an unknown name is a configuration error that names the option, the variable and what there is', () => {
  for (const tools of [['everything'], ['video_wait', 'video_watch'], [], ['']]) {
    for (const open of [() => createVideoToolset({ tools }), () => resolveConfig({ tools }, {})]) {
      assert.throws(open, {
        code: 'invalid_configuration',
        message: /tools \(VIDEO_TOOLS\).*presets: produce, chain, readonly, all, storyboard; tools: video_produce/,
      });
    }
  }
  assert.throws(() => resolveConfig({}, { VIDEO_TOOLS: 'video_wait,video_watch' }), { message: /"video_watch"/ });
});

test('what the server at hand is known not to offer is left out, also where it was named', () => {
  const at = (server: Options['server'], tools?: Options['tools']) =>
    namesOf({ baseUrl: 'http://127.0.0.1:9', ...(server && { server }), ...(tools && { tools }) });
  const without = (...missing: string[]) => PRESETS.all.filter((name) => !missing.includes(name));
  assert.deepEqual(at('sglang'), without(...MADE_OF_CLIPS));
  assert.deepEqual(at('litellm'), without('video_delete'));
  assert.deepEqual(
    at('new-api'),
    without('video_list', 'video_delete', ...MADE_OF_CLIPS.filter((name) => name !== 'video_remix')),
  );
  assert.deepEqual(at('sglang', ['video_edit', 'video_wait']), ['video_wait']);
  for (const server of ['auto', 'openai', 'azure', 'studio'] as const) assert.deepEqual(at(server), PRESETS.all);
  assert.deepEqual(namesOf({ server: 'sglang' }), PRESETS.all, 'the embedded studio offers all');
});

test('what was chosen is what a host gets; commands and agents have every tool', async () => {
  await using tools = await openTools({ baseUrl: 'http://127.0.0.1:9', tools: 'produce', server: 'new-api' });
  const { runtime } = tools;
  const chosen = ['video_produce', 'video_wait', 'video_retrieve'];
  assert.deepEqual(
    runtime.toolset.definitions().map(({ name }) => name),
    chosen,
  );
  assert.deepEqual(runtime.toolNames, chosen);
  assert.deepEqual(
    runtime.everyTool.definitions().map(({ name }) => name),
    TOOL_NAMES,
  );
  const launcher = await runtime.agents();
  for (const agent of ['sora_agent', 'planner_agent']) {
    const known = [...TOOL_NAMES, 'hand_off_sora_agent'];
    for (const name of (await launcher.load(agent)).tools) assert.ok(known.includes(name), name);
  }
});

test('no description speaks of a tool that is not in its preset', () => {
  for (const preset of ['produce', 'chain', 'readonly', 'all', 'storyboard'] as const) {
    const tools = createVideoToolset({ tools: preset });
    const names = tools.map(({ name }) => name);
    for (const { name, description, parameters } of tools) {
      const mentioned = JSON.stringify([description, parameters]).match(/\b(?:video|cdn|storyboard)_[a-z_]+\b/g) ?? [];
      assert.deepEqual(
        mentioned.filter((other) => !names.includes(other)),
        [],
        `${preset}: ${name}`,
      );
    }
  }
});

for (const [tools, expected] of [
  ['produce', /^Call video_produce with \{"key":"clip-/],
  ['chain', /^Call video_download with \{"id":"video_/],
  ['readonly', undefined],
] as const) {
  test(`with ${tools} a finished job's next step is a call that the model can make, or none`, async () => {
    await using studio = await openStudio();
    await using made = await openTools({ baseUrl: studio.baseUrl, tools });
    const created = await made.runtime.everyTool.call('video_create', { prompt: 'A boat' });
    const id = created.data.jobs?.[0]?.id;
    for (const [tool, input] of [
      ['video_wait', { ids: [id] }],
      ['video_retrieve', { id }],
    ] as const) {
      const { data } = await made.call(tool, input);
      assert.equal(data.jobs?.[0]?.status, 'completed');
      if (expected === undefined) assert.equal(data.next_step, undefined);
      else assert.match(data.next_step ?? '', expected);
    }
  });
}

test('a clip that cannot be fetched is gone on with by the same call, for there may be no tool for the single step', async () => {
  await using server = await listen(({ url }, response) => {
    if (url.includes('/content')) return answerJson(response, { error: { message: 'No.' } }, 403);
    return answerJson(response, { id: 'video_1', status: 'completed', seconds: '4' });
  });
  await using tools = await openTools({ baseUrl: server.baseUrl, tools: 'produce' });
  const error = errorOf(await tools.call('video_produce', { prompt: 'A boat' }));
  assert.deepEqual([error.code, error.job_id, error.submitted], ['unauthorized', 'video_1', 'yes']);
  assert.match(error.next_step ?? '', /^Make the same call again/);
});
