import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VideoToolsetError } from '../../lib/errors.ts';
import { ToolSet } from '../../lib/host/ToolSet.ts';
import { errorResult } from '../../lib/tools/run.ts';

const NOTHING = { type: 'object', properties: {} };

function toolsetOf(...names: string[]): ToolSet {
  const set = new ToolSet();
  for (const name of names) set.add(name, `The tool ${name}.`, NOTHING, async () => name);
  return set;
}

const namesOf = (set: ToolSet) => set.definitions().map(({ name }) => name);

test('a set keeps its tools in the order they were added', () => {
  assert.deepEqual(toolsetOf('b', 'a').definitions(), [
    { name: 'b', description: 'The tool b.', parameters: NOTHING },
    { name: 'a', description: 'The tool a.', parameters: NOTHING },
  ]);
});

test('a name that no model API accepts is refused', () => {
  for (const name of ['', 'a b', 'a.b', 'é', 'x'.repeat(65), 'a\n']) {
    assert.throws(() => toolsetOf(name), { code: 'invalid_argument' }, JSON.stringify(name));
  }
  assert.deepEqual(namesOf(toolsetOf('x'.repeat(64), 'A-z_9')).length, 2);
});

test('a name that is taken is refused, by add and by merge', () => {
  assert.throws(() => toolsetOf('a', 'a'), { code: 'invalid_argument', message: /There is a tool a already/ });
  assert.throws(() => toolsetOf('a').merge(toolsetOf('b', 'a')), { code: 'invalid_argument' });
});

test('merging leaves the other set as it was', async () => {
  const other = toolsetOf('c');
  const merged = toolsetOf('a').merge(other);
  merged.add('d', 'More.', NOTHING, async () => 'd');
  assert.deepEqual(namesOf(merged), ['a', 'c', 'd']);
  assert.deepEqual(namesOf(other), ['c']);
  assert.equal((await merged.call('c', {})).summary, 'c');
});

test('picking makes a set of these tools only, and names the known ones for an unknown one', () => {
  const set = toolsetOf('a', 'b', 'c');
  assert.deepEqual(namesOf(set.pick(['c', 'a'])), ['c', 'a']);
  assert.deepEqual(namesOf(set), ['a', 'b', 'c']);
  assert.throws(() => set.pick(['a', 'z']), {
    code: 'unknown_tool',
    facts: { next_step: 'Use one of: a, b, c.' },
  });
});

test('what is picked names none of the tools that were not', async () => {
  const next_step = 'Call video_wait with {"ids":["video_1"]}';
  const set = new ToolSet()
    .add('look', 'Looks.', NOTHING, async () => ({ summary: 'It goes on.', data: { next_step } }))
    .add('fail', 'Fails.', NOTHING, async () => {
      const { data, summary } = errorResult(new VideoToolsetError('not_ready', 'Not yet.', { next_step }));
      return { isError: true, summary, data };
    })
    .merge(toolsetOf('video_wait'));
  const stepsOf = async (picked: ToolSet) => [
    (await picked.call('look', {})).data.next_step,
    (await picked.call('fail', {})).data.error?.next_step,
  ];
  assert.deepEqual(await stepsOf(set.pick(['look', 'fail', 'video_wait'])), [next_step, next_step]);
  const [none, other] = await stepsOf(set.pick(['look', 'fail']));
  assert.equal(none, undefined);
  assert.match(other ?? '', /^Tell the user/);
});

test('an unknown tool is a result, not a throw', async () => {
  for (const name of ['z', '', '__proto__', 'x'.repeat(10_000)]) {
    const { isError, data } = await toolsetOf('a').call(name, {});
    assert.equal(isError, true);
    assert.equal(data.error?.code, 'unknown_tool');
    assert.equal(data.error?.next_step, 'Use one of: a.');
    assert.ok(data.error.message.length < 150);
  }
});

test('whatever a handler throws becomes a result', async () => {
  const set = new ToolSet()
    .add('rejects', 'Rejects.', NOTHING, () => Promise.reject(new Error('out of paint')))
    .add('throws', 'Throws at once.', NOTHING, () => {
      throw new TypeError('no brush');
    })
    .add('text', 'Throws a text.', NOTHING, () => Promise.reject('plain words'));
  for (const [name, message] of [
    ['rejects', /out of paint/],
    ['throws', /no brush/],
    ['text', /plain words/],
  ] as const) {
    const { isError, summary, data } = await set.call(name, {});
    assert.equal(isError, true);
    assert.match(summary, message);
    assert.equal(data.error?.code, 'internal');
  }
});

test("a handler's text is the summary, and input and context arrive as given", async () => {
  const seen: unknown[] = [];
  const set = new ToolSet().add('echo', 'Echoes.', NOTHING, async (input, context) => {
    seen.push(input, context.waitLimitMs);
    return 'done';
  });
  assert.deepEqual(await set.call('echo', '{"a":1}', { waitLimitMs: 7 }), { summary: 'done', data: {} });
  assert.deepEqual(seen, ['{"a":1}', 7]);
});
