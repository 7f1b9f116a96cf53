import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { type ChatMessage, type ChatScript, lastResult, listenAsModel } from '../support/chatServer.ts';
import type { TestServer } from '../support/server.ts';
import { openStudio, testEngine, until } from '../support/studio.ts';
import { openScreen, type Screen, skipWithoutTmux } from './screen.ts';
import { type CommandLine, documentOf, openCommandLine } from './support.ts';

const HAND_OFF = 'hand_off_sora_agent';
const HALF = 50;
/** With it a clip of 4 seconds costs $0.40, and each is asked about. */
const PRICED = { VIDEO_MODEL: 'animatic', VIDEO_PRICES: '{"animatic":0.1}', VIDEO_APPROVE_USD: '0' };

interface Stage {
  cli: CommandLine;
  chat: TestServer;
  /** Lets the studio finish its renders, those to come included. */
  finish(): void;
  open(args?: readonly string[], options?: Parameters<typeof openScreen>[2]): Promise<Screen>;
}

/** A studio whose renders stand at half until they are let go, a scripted model, and the command line before them. */
async function onStage(
  script: ChatScript,
  settings: Record<string, string>,
  act: (stage: Stage) => Promise<void>,
): Promise<void> {
  const finished = new AbortController();
  const engine = testEngine(async ({ onProgress, signal }) => {
    onProgress(HALF, 100);
    if (!finished.signal.aborted) await once(AbortSignal.any([finished.signal, signal]), 'abort');
  });
  await using studio = await openStudio({ engine, concurrency: 4 });
  await using chat = await listenAsModel(script);
  await using cli = await openCommandLine({
    ...{ VIDEO_BASE_URL: studio.baseUrl, AGENT_MODEL: 'openai-compatible/scripted', AGENT_BASE_URL: chat.baseUrl },
    ...settings,
  });
  const finish = () => finished.abort();
  await act({ cli, chat, finish, open: (args = ['agent'], options) => openScreen(cli, args, options) });
}

const clip = (prompt: string) => ({ tool: 'video_produce', input: { prompt, seconds: 4, size: '1280x720' } });

/** What the person said last. */
function wish(messages: readonly ChatMessage[]): string {
  return String(messages.findLast(({ role }) => role === 'user')?.content);
}

/** A clip of what was said; then what came of it. */
const making: ChatScript = (messages) =>
  messages.at(-1)?.role === 'user' ? clip(wish(messages)) : `I say: ${lastResult(messages)?.summary}`;

/** Hands each task to sora_agent at once. */
function planning(tasks: readonly string[]): ChatScript {
  return (messages, request) => {
    if (!request.body.toString().includes(`"${HAND_OFF}"`)) return making(messages, request);
    if (lastResult(messages) !== undefined) return 'All are done.';
    return { calls: tasks.map((task) => ({ tool: HAND_OFF, input: { task } })) };
  };
}

describe('a session on a terminal', { skip: skipWithoutTmux }, () => {
  test('has one live line for each running job, and leaves none of them behind', () =>
    onStage(planning(['A boat', 'A kite']), {}, async ({ open, finish }) => {
      await using screen = await open(['plan']);
      await screen.shows(/^>$/m);
      await screen.type('A boat and a kite');
      await screen.shows(/kite\n█+░+ waiting video_\w+ in_progress \d+ %\n█+░+ waiting video_\w+ in_progress \d+ %$/);
      finish();
      const text = await screen.shows(/All are done\.\n\n>$/);
      assert.doesNotMatch(text, /░/);
      assert.equal(text.match(/^✓ sora_agent › video_produce: Published at/gm)?.length, 2, text);
    }));

  test('keeps its live lines within a small window, also one that becomes smaller', () =>
    onStage(planning(['A boat', 'A kite', 'A cat', 'A dog']), {}, async ({ open, finish }) => {
      await using screen = await open(['plan'], { columns: 60, rows: 30 });
      await screen.shows(/^>$/m);
      await screen.type('Four');
      await screen.shows(/Four(\n█+░+ waiting video_.*){4}$/);
      await screen.resize(40, 30);
      await screen.shows(/Four(\n█+░+ waiting video_.*…){4}$/);
      await screen.resize(40, 4);
      await screen.shows(/\n█+░+ waiting .*…\n█+░+ waiting .*…\n… and 2 more$/);
      finish();
      await screen.shows(/All are done\.\n\n>$/);
      assert.doesNotMatch(await screen.window(), /[░█]/);
    }));

  test('asks in place for each clip, with its price, one after the other; live lines wait for the answer', () => {
    const script: ChatScript = (messages) =>
      messages.at(-1)?.role === 'user'
        ? { calls: [clip('A boat'), clip('A kite')] }
        : `Refused: ${messages.filter(({ role, content }) => role === 'tool' && /not_approved/.test(String(content))).length}`;
    return onStage(script, PRICED, async ({ cli, open, finish }) => {
      await using screen = await open();
      await screen.shows(/^>$/m);
      await screen.type('Two clips');
      const first = await screen.shows(/Make a clip of 4 seconds for about \$0\.40: "A (boat|kite)"\? \[y\/N\]$/);
      await screen.press('y', 'Enter');
      const second = await screen.shows(/\[y\/N\] y\nMake a clip of 4 seconds for about \$0\.40: "A \w+"\? \[y\/N\]$/);
      assert.notEqual(/"A \w+"\? \[y\/N\]$/.exec(first)?.[0], /"A \w+"\? \[y\/N\]$/.exec(second)?.[0]);
      await until(async () => documentOf(await cli.run(['list', '--json'])).jobs?.length === 1);
      assert.match(await screen.window(), /\[y\/N\]$/, 'something was drawn over the question');
      await screen.press('n', 'Enter');
      await screen.shows(/^█+░+ waiting video_\w+ in_progress/m);
      finish();
      await screen.shows(/Refused: 1\n\n>$/);
    });
  });

  test('stops the turn with Ctrl-C at a question, which is no answer: it is asked again where the turn is gone on with', () =>
    onStage(planning(['A boat', 'A kite']), PRICED, async ({ open, finish, chat }) => {
      finish();
      await using screen = await open(['plan'], { columns: 100 });
      await screen.shows(/^>$/m);
      await screen.type('A boat and a kite');
      await screen.shows(/Make a clip of 4 seconds for about \$0\.40: "A (boat|kite)"\? \[y\/N\]$/);
      await screen.press('C-c');
      const text = await screen.shows(/Error: Stopped[\s\S]*\n\n>$/);
      assert.equal(text.match(/\[y\/N\]$/gm)?.length, 1, 'the other question was asked as well');
      assert.doesNotMatch(text, /refused/);
      assert.equal(chat.received.length, 3, 'a model was asked after it was stopped');
      await screen.type('go on');
      await screen.shows(/> go on\nMake a clip of .*\? \[y\/N\]$/);
    }));

  test('keeps what was typed ahead for the next prompt, and lets it answer no question', () => {
    const typed = Promise.withResolvers<void>();
    const script: ChatScript = async (messages, request) => {
      await typed.promise;
      return making(messages, request);
    };
    return onStage(script, PRICED, async ({ open }) => {
      await using screen = await open();
      await screen.shows(/^>$/m);
      await screen.type('A boat');
      await screen.shows(/… sora_agent is thinking$/);
      await screen.type('y');
      typed.resolve();
      await screen.shows(/\[y\/N\]$/);
      await screen.press('Enter');
      await screen.shows(/^I say: The clip was not made.*refused.*\n\n> y$/m);
    });
  });

  test('stops the turn with Ctrl-C, and not the job, which it goes on with', () => {
    const script: ChatScript = (messages, request) =>
      wish(messages) === 'go on' && messages.at(-1)?.role === 'user' ? clip('A boat') : making(messages, request);
    return onStage(script, {}, async ({ cli, open, finish }) => {
      await using screen = await open();
      await screen.shows(/^>$/m);
      await screen.type('A boat');
      await screen.shows(/^█+░+ waiting video_\w+ in_progress/m);
      await screen.press('C-c');
      const stopped = await screen.shows(/Stopped\. video_\w+ goes on\.\nSay "go on" to wait for it, here or later:/);
      assert.match(stopped, /^Stopping; Ctrl-C again ends the program\.$/m);
      await screen.shows(/sessions resume [\w-]+\s+>$/);
      finish();
      await screen.type('go on');
      await screen.shows(/I say: Published at file:.*\n\n>$/);
      const jobs = documentOf(await cli.run(['list', '--json'])).jobs ?? [];
      assert.deepEqual(
        jobs.map(({ id, status }) => ({ id, status })),
        [{ id: /video_\w+(?= goes on)/.exec(stopped)?.[0], status: 'completed' }],
      );
      await screen.press('C-c');
      await screen.shows(/Go on with: video-toolset sessions resume \d{8}/);
      assert.equal(await screen.exitCode(), 0);
    });
  });

  test('goes on after a turn that failed, and has its exit code where none worked', () => {
    const script: ChatScript = () => ({ status: 400, message: 'no such model here' });
    return onStage(script, {}, async ({ open }) => {
      await using screen = await open();
      await screen.shows(/^>$/m);
      await screen.press('Enter');
      await screen.type('A boat');
      await screen.shows(/Error: The agent's model could not be used: no such model here\n.+\n\n>$/);
      await screen.press('C-d');
      assert.equal(await screen.exitCode(), 1);
    });
  });

  test('knows its commands', () =>
    onStage(making, {}, async ({ open, finish }) => {
      finish();
      await using screen = await open(['agent'], { rows: 40 });
      await screen.shows(/^>$/m);
      await screen.type('/jobs');
      await screen.shows(/No clips yet\.\n\n>$/);
      await screen.type('A boat');
      await screen.shows(/I say: Published at .*\n\n>$/);
      for (const [command, answer] of [
        ['/help', /\/tools +what the agent can use\n[\s\S]*\n\n>$/],
        ['/tools', /^video_produce +Makes one clip and publishes it in one call[\s\S]*^cdn_list .*\n\n>$/m],
        ['/jobs', /> \/jobs\nvideo_\w+ +published +A boat\n +file:\/\/[\s\S]*\.mp4\n\n>$/],
        ['/cost', /This session: 4 seconds, 1 jobs; at no cost: 0 jobs\nWithin 24 hours: .* of 300 seconds/],
        ['/resume', /> \/resume\n\d{8}-\d{4}-\w+ +A boat\n +sora_agent, \S+ \S+, 1 request, 1 published\n\n>$/],
        ['/resume 1999', /There is no session "1999"/],
        ['/home/fox.png moves', /> \/home\/fox\.png moves\n[\s\S]*I say: Published at .*\n\n>$/],
        ['/dance', /There is no command \/dance\.\nCommands: \/help \/tools \/jobs \/cost \/resume \/quit\n\n>$/],
      ] as const) {
        await screen.type(command);
        await screen.shows(answer);
      }
      await screen.press('C-d');
      assert.equal(await screen.exitCode(), 0);
      assert.match(await screen.window(), /\n>\nGo on with: video-toolset sessions resume/);
    }));

  test('sends a pasted text as one request, with all its lines, and only after Enter', () =>
    onStage(
      (messages) => JSON.stringify(wish(messages)),
      {},
      async ({ chat, open }) => {
        await using screen = await open();
        await screen.shows(/^>$/m);
        await screen.paste('A boat.\n\nAt dusk.\n');
        await screen.shows(/At dusk\.$/);
        await screen.type('Portrait.');
        await screen.shows(/"A boat\.\\n\\nAt dusk\.\\nPortrait\."/);
        assert.equal(chat.received.length, 1);
      },
    ));

  test('is resumed with what was said and typed, and by one process at a time', () =>
    onStage(
      (messages) => `Requests: ${messages.filter(({ role }) => role === 'user').length}`,
      {},
      async (stage) => {
        const { cli, open } = stage;
        await using first = await open();
        await first.shows(/^>$/m);
        await first.type('A boat');
        const [, id = '-'] = /session (\S+);/.exec(await first.shows(/Requests: 1\n\n>$/)) ?? [];
        const pid = /\d+/.exec(
          (await cli.run(['agent', '--resume', id, 'Mine'])).stderr.split('process ')[1] ?? '',
        )?.[0];
        assert.ok(Number(pid) > 0, 'the other process is named');
        await first.press('C-d');
        assert.equal(await first.exitCode(), 0);
        const history = path.join(cli.environment.VIDEO_STATE ?? '', 'agent_history');
        assert.equal((await stat(history)).mode & 0o777, 0o600);

        await using second = await open(['sessions', 'resume']);
        await second.shows(new RegExp(`sora_agent, session ${id}, 1 request so far; model`));
        await second.press('Up');
        await second.shows(/^> A boat$/m);
        await second.press('Enter');
        await second.shows(/Requests: 2\n\n>$/);
        const other = documentOf(await cli.run(['agent', 'Another', '--json'])).session ?? '-';
        await second.type(`/resume ${other}`);
        await second.shows(new RegExp(`\\nsora_agent, session ${other}, 1 request so far\\n\\n>$`));
        await second.type('More');
        await second.shows(/^> More\nRequests: 2/m);
        assert.equal((await cli.run(['agent', '--resume', id, 'Free again'])).code, 0);
      },
    ));
});
