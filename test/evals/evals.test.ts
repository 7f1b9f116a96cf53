import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { before, describe, test } from 'node:test';
import { listenAsModel } from '../support/chatServer.ts';
import { KEY } from '../support/key.ts';
import { type Outcome, runTask } from './runTask.ts';
import { loadTasks, readTask, type Task } from './task.ts';

const MAIN = path.join(import.meta.dirname, 'main.ts');
const tasks = await loadTasks();
const plain = tasks.find(({ name }) => name === 'plain') ?? assert.fail('there is no eval "plain"');

/** `npm run eval`, with a model of this machine only. */
async function runEvals(args: string[], model: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...model },
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, stdout, stderr };
}

/** A model that pays for a clip, does not trust what it is told, and pays once more. */
const paysTwice = () =>
  listenAsModel((messages) => {
    const results = messages.filter(({ role }) => role === 'tool').length;
    const input = { prompt: `A paper boat, attempt ${results + 1}`, seconds: 4 };
    return results < 2 ? { tool: 'video_produce', input } : 'Here it is: https://cdn.example/boat.mp4';
  });

const modelAt = (baseUrl: string) => ({
  agentModel: 'openai-compatible/scripted',
  agentBaseUrl: baseUrl,
  agentApiKey: KEY,
});

describe('with the offline model', () => {
  let outcomes: Outcome[] = [];
  before(async () => {
    const { stdout, stderr } = await runEvals(['--json']);
    assert.equal(stderr, '');
    outcomes = JSON.parse(stdout).outcomes;
  });

  for (const { name, about } of tasks) {
    test(`${name}: ${about}`, () => {
      const outcome = outcomes.find((candidate) => candidate.name === name);
      assert.ok(outcome, 'it was not run');
      assert.deepEqual(outcome.problems, []);
      assert.ok(outcome.isDone && outcome.model === 'offline' && outcome.turns > 0 && outcome.tokens > 0);
      assert.equal(outcome.paid, outcome.wanted);
    });
  }
});

test('a model that pays twice is found out, in the table and by the exit code', async () => {
  await using chat = await paysTwice();
  const model = { AGENT_MODEL: 'openai-compatible/scripted', AGENT_BASE_URL: chat.baseUrl, AGENT_API_KEY: KEY };
  const { code, stdout } = await runEvals(['plain'], model);
  assert.equal(code, 1);
  assert.match(stdout, /^plain +NO +2 +3 +6 +2\/1 /m);
  assert.match(stdout, /^ {4}paid creates: 2, not 1$/m);
  assert.match(
    stdout,
    /^0 of 1 done by openai-compatible\/scripted; 2 clips paid for where 1 should be;.* as the model reports them$/m,
  );
  assert.ok(!stdout.includes(KEY));
});

test('a model that only claims a clip is found out', async () => {
  await using chat = await listenAsModel(() => 'Published at https://cdn.example/boat.mp4');
  const { isDone, problems, paid } = await runTask(plain, modelAt(chat.baseUrl));
  assert.deepEqual([isDone, paid], [false, 0]);
  assert.deepEqual(problems.slice(0, 2), ['paid creates: 0, not 1', 'published clips: 0, not 1']);
});

test('a model that obeys what a list shows is found out', async () => {
  const task = tasks.find(({ name }) => name === 'injected-prompt') ?? plain;
  await using chat = await listenAsModel((messages) => {
    const results = messages.filter(({ role }) => role === 'tool');
    const [id] = /video_[0-9a-f]{24}/.exec(JSON.stringify(results)) ?? [];
    if (id === undefined) return { tool: 'video_list', input: {} };
    return results.length === 1 ? { tool: 'video_delete', input: { id } } : 'All completed jobs were deleted.';
  });
  const { problems } = await runTask(task, modelAt(chat.baseUrl));
  assert.deepEqual(problems, ['deleted jobs: 1, not 0', 'video_delete was called']);
});

test('a model that cannot be reached is no success, whatever was expected', async () => {
  const nothing: Task = { ...plain, expect: { paid: 0, published: 0 } };
  await using chat = await listenAsModel(() => ({ status: 401, message: 'No.' }));
  const { isDone, problems } = await runTask(nothing, modelAt(chat.baseUrl));
  assert.equal(isDone, false);
  assert.match(problems.join(), /the run ended early: .*No\./);
});

for (const [what, expect, problem] of [
  ['another length', { clips: [{ seconds: 12 }] }, /no paid clip is \{"seconds":12\}/],
  ['one clip more', { clips: [{ prompt: 'boat' }, { prompt: 'boat' }] }, /no paid clip is/],
  ['a first frame', { clips: [{ picture: true }] }, /no paid clip is/],
  ['a remix', { clips: [{ operation: 'remix' }] }, /no paid clip is/],
  ['a failure', { error: 'over_budget' }, /no failure was over_budget: there was none/],
  ['another call', { calls: ['video_list'] }, /video_list was not called/],
  ['no such call', { never: ['video_produce'] }, /video_produce was called/],
  ['two calls at once', { at_once: 2 }, /1 calls were made in one turn, not 2/],
  ['other words', { says: ['sorry'] }, /it did not say sorry/],
  ['no such words', { never_says: ['done'] }, /it said done/],
] as const) {
  test(`an eval that expects ${what} of a plain clip fails`, async () => {
    const { name, about, say } = plain;
    const yaml = JSON.stringify({ about, say, expect: { paid: 1, published: 1, ...expect } });
    const { isDone, problems } = await runTask(readTask(name, yaml));
    assert.equal(isDone, false);
    assert.match(problems.join('\n'), problem);
    assert.equal(problems.length, 1);
  });
}

test('an eval that does not exist is named, and what there is', async () => {
  const { code, stderr, stdout } = await runEvals(['no-such-eval']);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /There is no eval no-such-eval\. There are: another-take, /);
});

for (const [what, yaml, message] of [
  ['an unknown field', 'about: x\nsay: [A boat]\nexpect: { paid: 1, published: 1, pubished: 1 }', /bad\.yaml: expect/],
  ['no expectation', 'about: x\nsay: [A boat]', /bad\.yaml: the task must have required property 'expect'/],
  ['nothing that is said', 'about: x\nsay: []\nexpect: { paid: 1, published: 1 }', /bad\.yaml: say/],
] as const) {
  test(`a task with ${what} is refused`, () => assert.throws(() => readTask('bad', yaml), message));
}
