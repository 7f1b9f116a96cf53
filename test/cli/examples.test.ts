import assert from 'node:assert/strict';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { type ChatScript, lastResult, listenAsModel } from '../support/chatServer.ts';
import { openStudio } from '../support/studio.ts';
import { documentOf, openCommandLine } from './support.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const STORYTELLER = path.join(ROOT, 'docs/examples/agents/storyteller.prompt.md');
const TOOLSET = path.join(ROOT, 'docs/examples/toolset.ts');

describe('the example of an agent', () => {
  test('runs by the path of its file, and hands its work off', async () => {
    await using studio = await openStudio();
    await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
    const outcome = await cli.run(['agent', '--agent', STORYTELLER, 'A fox finds a lantern. 4 seconds.', '--json']);
    assert.equal(outcome.code, 0, outcome.stderr);
    const { published, tool_calls, session = '-' } = documentOf(outcome);
    assert.equal(published?.length, 1);
    assert.deepEqual(
      tool_calls?.map(({ name }) => name),
      ['hand_off_sora_agent'],
    );
    const unnamed = await cli.run(['agent', '--resume', session, 'go on']);
    assert.equal(unnamed.code, 2);
    assert.match(
      unnamed.stderr,
      /one of storyteller, which is no agent of video-toolset\.\nName its file as well: --agent/,
    );
    const other = await cli.run(['agent', '--agent', 'sora_agent', '--resume', session, 'go on']);
    assert.match(other.stderr, /one of storyteller, and cannot go on with sora_agent/);
    const again = await cli.run(['sessions', 'resume', session, 'go on', '--agent', STORYTELLER, '--json']);
    assert.equal(documentOf(again).session, session, again.stderr);
  });

  test('runs by its name from the folder agents, where it is named and has the name of none of ours', async () => {
    await using studio = await openStudio();
    await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
    const agents = path.join(cli.cwd, 'agents');
    await mkdir(agents);
    await cp(STORYTELLER, path.join(agents, 'storyteller.prompt.md'));
    await writeFile(path.join(agents, 'sora_agent.prompt.md'), 'no prompt at all');
    assert.equal((await cli.run(['agent', 'A boat. 4 seconds.'])).code, 0, 'the folder was read unasked');
    const named = await cli.run(['agent', '--agent', 'storyteller', 'A fox. 4 seconds.', '--json']);
    assert.equal(documentOf(named).published?.length, 1, named.stderr);
    const ours = await cli.run(['agent', '--agent', './agents/sora_agent.prompt.md', 'A fox']);
    assert.equal(ours.code, 2);
    assert.match(ours.stderr, /sora_agent is the name of an agent of video-toolset/);
  });

  for (const [wanted, message] of [
    ['nobody', /There is no agent "nobody"\.\nUse one of: planner_agent, sora_agent/],
    ['./nobody.prompt.md', /There is no file \.\/nobody\.prompt\.md/],
    ['../agents/storyteller', /its file is named <name>\.prompt\.md/],
    ['', /There is no agent ""/],
  ] as const) {
    test(`is not to be had as ${JSON.stringify(wanted)}`, async () => {
      await using cli = await openCommandLine({ VIDEO_BASE_URL: 'http://127.0.0.1:9' });
      const { code, stderr } = await cli.run(['agent', '--agent', wanted, 'A fox']);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    });
  }
});

describe('the example of a toolset', () => {
  /** Asks for the moon of two days, and says what it was told. */
  const asking: ChatScript = (messages) => {
    const call = (day: string) => ({ tool: 'moon_phase', input: { day } });
    if (lastResult(messages) === undefined) return { calls: ['2026-11-24', '2026-12-09', '2026-13-01'].map(call) };
    return JSON.stringify(
      messages.filter(({ role }) => role === 'tool').map(({ content }) => JSON.parse(String(content))),
    );
  };

  test("gives its tool to an agent, which gets the tool's results and errors", async () => {
    await using chat = await listenAsModel(asking);
    await using cli = await openCommandLine({
      ...{ VIDEO_BASE_URL: 'http://127.0.0.1:9', AGENT_MODEL: 'openai-compatible/x', AGENT_BASE_URL: chat.baseUrl },
    });
    const outcome = await cli.run(['agent', 'A boat by night', '--toolset', TOOLSET, '--json']);
    const [full, fresh, none] = JSON.parse(documentOf(outcome).text ?? '[]');
    assert.deepEqual([full.phase, full.percent > 98], ['full', true], outcome.stderr);
    assert.deepEqual([fresh.phase, fresh.percent < 2], ['new', true]);
    assert.deepEqual(
      [none.error.code, none.error.next_step],
      ['invalid_argument', 'Call moon_phase again with a day that exists.'],
    );
    const asked: { tools: { function: { name: string } }[] } = JSON.parse(chat.received[0]?.body.toString() ?? '');
    assert.deepEqual(asked.tools.map((tool) => tool.function.name).slice(-2), ['cdn_list', 'moon_phase']);
  });

  test('can be given twice only under two names, and not under one of ours', async () => {
    await using cli = await openCommandLine({ VIDEO_BASE_URL: 'http://127.0.0.1:9' });
    for (const [file, name] of [
      ['taken.js', 'video_create'],
      ['agent.js', 'hand_off_sora_agent'],
    ] as const)
      await writeFile(path.join(cli.cwd, file), `export default [${toolNamed(name)}];`);
    for (const [args, message] of [
      [['--toolset', TOOLSET, '--toolset', TOOLSET], /toolset\.ts cannot be used: .*moon_phase/],
      [['--toolset', './taken.js'], /\.\/taken\.js cannot be used: .*video_create/],
      [['--toolset', './agent.js'], /\.\/agent\.js cannot be used: .*hand_off_sora_agent/],
      [['--toolset', 'none'], /toolset none cannot be used: there is no such file/],
    ] as const) {
      const { code, stderr } = await cli.run(['agent', 'A boat', ...args]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
  });

  for (const [what, source, begun] of [
    ['while it is loaded', 'console.error("begun"); export default () => new Promise(() => undefined);', /begun/],
    ['in a call that never ends', `export default [${toolNamed('wait_for_ever')}];`, /begun/],
  ] as const) {
    test(`can be stopped ${what}`, async () => {
      await using chat = await listenAsModel(() => ({ tool: 'wait_for_ever', input: {} }));
      await using cli = await openCommandLine({
        ...{ VIDEO_BASE_URL: 'http://127.0.0.1:9', AGENT_MODEL: 'openai-compatible/x', AGENT_BASE_URL: chat.baseUrl },
      });
      await writeFile(path.join(cli.cwd, 'slow.mjs'), source);
      const running = cli.start(['agent', 'A boat', '--toolset', './slow.mjs']);
      await running.line(begun);
      running.child.kill('SIGINT');
      const { code, stderr } = await running.ended;
      assert.equal(code, 130, stderr);
      assert.match(stderr, /Error: Stopped/);
    });
  }
});

function toolNamed(name: string): string {
  const run = '() => { console.error("begun"); return new Promise(() => undefined); }';
  return `{ name: '${name}', description: 'Waits.', parameters: { type: 'object' }, run: ${run} }`;
}
