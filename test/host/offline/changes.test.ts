import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, step, steps, TOOLS, user } from './support.ts';

const ALL = [...TOOLS, 'video_produce', 'video_remix', 'video_edit', 'video_extend', 'video_delete'];
const boat = { jobs: [{ id: 'video_1', status: 'completed' }], published: [{ url: 'https://cdn.example/a.mp4' }] };
const said = [user('A boat.'), ...step('video_produce', { prompt: 'A boat.', seconds: 4 }, boat)];

for (const [words, call] of [
  ['Make it night', 'video_remix {"id":"video_1","prompt":"Make it night"}'],
  ['Remix it: in snow', 'video_remix {"id":"video_1","prompt":"in snow"}'],
  ['Remix video_22: in snow', 'video_remix {"id":"video_22","prompt":"in snow"}'],
  ['Make the boat blue.', 'video_edit {"video":"video_1","prompt":"Make the boat blue."}'],
  ['Change the boat to a swan in video_22', 'video_edit {"video":"video_22","prompt":"Change the boat to a swan"}'],
  ['Edit boat.mp4: the boat is blue', 'video_edit {"video":"boat.mp4","prompt":"the boat is blue"}'],
  ['Extend it by 8 seconds: it sinks', 'video_extend {"video":"video_1","prompt":"it sinks","seconds":8}'],
  ['Extend by 4 seconds', 'video_extend {"video":"video_1","prompt":"It goes on as it ends.","seconds":4}'],
  ['Make it 4 seconds longer', 'video_extend {"video":"video_1","prompt":"It goes on as it ends.","seconds":4}'],
  ['Delete it.', 'video_delete {"id":"video_1"}'],
  ['List my clips', 'video_list {}'],
  ['Another take, please', 'video_produce {"prompt":"A boat.","seconds":4,"variation":2}'],
  ['A train.', 'video_produce {"prompt":"A train."}'],
] as const) {
  test(`"${words}" is ${call.split(' ')[0]}`, async () => {
    assert.equal((await answer([...said, user(words)], ALL)).call, call);
  });
}

test('two more takes are two calls, and the next one counts on', async () => {
  const call = (variation: number) => `video_produce {"prompt":"A boat.","seconds":4,"variation":${variation}}`;
  const two = [...said, user('Two more takes')];
  assert.equal((await answer(two, ALL)).call, `${call(2)}\n${call(3)}`);
  const input = { prompt: 'A boat.', seconds: 4 };
  two.push(
    ...steps(['video_produce', { ...input, variation: 2 }, boat], ['video_produce', { ...input, variation: 3 }, boat]),
  );
  assert.equal((await answer([...two, user('another take')], ALL)).call, call(4));
});

test('a tool that is not there is named, and nothing is called in its place', async () => {
  for (const [words, does] of [
    ['Make it night', 'remixes clips'],
    ['Edit it: blue', 'edits clips'],
    ['Extend it by 4 seconds', 'extends clips'],
    ['Delete it', 'deletes clips'],
  ] as const) {
    const { call, text } = await answer([...said, user(words)], ['video_produce', 'video_list']);
    assert.equal(call, '', words);
    assert.ok(text.startsWith(`I was given no tool that ${does}: video_produce, video_list.`), text);
  }
});

test('where several clips were made, it is asked which one is meant', async () => {
  const two = { jobs: [{ id: 'video_1' }, { id: 'video_2' }] };
  const { call, text } = await answer([user('Boats.'), ...step('video_wait', {}, two), user('Make it night')], ALL);
  assert.equal(call, '');
  assert.match(text, /Which clip\? Name its job id: video_1, video_2\./);
});

test('without a clip in the session it is asked which one is meant', async () => {
  for (const words of ['Make it night', 'Delete it', 'Another take', 'Replace the boat with a swan']) {
    const { call, text } = await answer([user(words)], ALL);
    assert.equal(call, '', words);
    assert.match(text, /Which clip\?|no clip in this session/, words);
  }
});

test('a clip that is not finished is waited for before it is changed, and is not published in its place', async () => {
  const input = { id: 'video_1', prompt: 'Make it night' };
  const early = {
    error: { code: 'not_ready', message: 'x', next_step: 'Call video_wait with {"ids":["video_1"]} first.' },
  };
  const asked = [...said, user('Make it night'), ...step('video_remix', input, early)];
  assert.equal((await answer(asked, ALL)).call, 'video_wait {"ids":["video_1"]}');
  const waited = { summary: 'Completed.', next_step: 'Call video_download with {"id":"video_1"}' };
  asked.push(...step('video_wait', { ids: ['video_1'] }, waited));
  assert.equal((await answer(asked, ALL)).call, `video_remix ${JSON.stringify(input)}`);
});
