import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { openRuntime, type Runtime } from '../../lib/runtime.ts';
import type { AgentEvent } from '../../types/agent.ts';
import type { Options } from '../../types/config.ts';
import { startProvider } from '../paid/provider.ts';
import type { Provider } from '../paid/providerClient.ts';
import { type ChatMessage, type ChatScript, type ChatTurn, lastResult, listenAsModel } from '../support/chatServer.ts';
import { KEY } from '../support/key.ts';
import { openStudio, testEngine } from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary.ts';

const HAND_OFF = 'hand_off_sora_agent';

/** The planner hands all tasks off at once; each sora_agent produces the clip of its task. */
function planning(tasks: readonly string[]): ChatScript {
  return (messages, request) => {
    const isPlanner = toolsOf(request.body).includes(HAND_OFF);
    if (lastResult(messages) !== undefined) return isPlanner ? 'Reported.' : 'Made.';
    if (isPlanner) return { calls: tasks.map((task) => ({ tool: HAND_OFF, input: { task, context: 'In blue.' } })) };
    return { tool: 'video_produce', input: { prompt: requestOf(messages), seconds: 4, size: '1280x720' } };
  };
}

/** A planner that is told of the clip of an agent whose model fails after it. */
function breakingDown(told: Record<string, unknown>[]): ChatScript {
  const script = planning(['A cup']);
  return (messages, request) => {
    const result = lastResult(messages);
    if (result === undefined) return script(messages, request);
    if (!toolsOf(request.body).includes(HAND_OFF)) return { status: 400, message: 'out of memory' };
    told.push(result);
    return 'It broke down.';
  };
}

/** Models whose words are other ones each time, but which make every call that a result names. */
function rewording(tasks: readonly string[]): ChatScript {
  let said = 0;
  return (messages, request) => {
    const isPlanner = toolsOf(request.body).includes(HAND_OFF);
    if (!isFirst(messages) && messages.at(-1)?.role === 'user') return obeyed(messages) ?? 'Nothing is open.';
    if (lastResult(messages) !== undefined) return isPlanner ? 'Reported.' : 'Made.';
    if (isPlanner) return { calls: tasks.map((task) => ({ tool: HAND_OFF, input: { task } })) };
    return { tool: 'video_produce', input: { prompt: `${requestOf(messages)}, once more ${++said}`, seconds: 4 } };
  };
}

function isFirst(messages: ChatMessage[]): boolean {
  return messages.filter(({ role }) => role === 'user').length === 1;
}

/** The calls that the last results name. */
function obeyed(messages: ChatMessage[]): ChatTurn | undefined {
  const end = messages.findLastIndex(({ role }) => role === 'tool');
  const begin = messages.findLastIndex(({ role }, index) => role === 'assistant' && index < end);
  const calls = messages.slice(begin + 1, end + 1).flatMap(({ content }) => {
    const { error, next_step }: Record<string, unknown> = JSON.parse(String(content));
    const step = String(Object(error).next_step ?? next_step);
    const [, tool = '', json = ''] = /^Call (\w+) with (\{.*?\})(?=[ :.]|$)/.exec(step) ?? [];
    return tool === '' ? [] : [{ tool, input: JSON.parse(json) }];
  });
  return calls.length === 0 ? undefined : { calls };
}

function toolsOf(body: Buffer): string[] {
  const { tools = [] }: { tools?: { function: { name: string } }[] } = JSON.parse(body.toString());
  return tools.map((tool) => tool.function.name);
}

function requestOf(messages: ChatMessage[]): string {
  return String(messages.findLast(({ role }) => role === 'user')?.content);
}

async function withAgents(
  script: ChatScript,
  options: Options,
  use: (runtime: Runtime, folder: string) => Promise<void>,
): Promise<void> {
  await using folder = await temporaryFolder();
  await using chat = await listenAsModel(script);
  const runtime = openRuntime({
    ...{ workspace: path.join(folder.path, 'videos'), state: path.join(folder.path, 'state'), pollIntervalMs: 20 },
    ...{ agentModel: 'openai-compatible/scripted', agentBaseUrl: chat.baseUrl, agentApiKey: KEY },
    ...options,
  });
  try {
    await use(runtime, folder.path);
  } finally {
    await runtime.close();
  }
}

async function provided(use: (provider: Provider) => Promise<void>): Promise<void> {
  await using provider = await startProvider();
  await use(provider);
}

describe('a planner that hands work off', () => {
  test('has three clips made at once, and gets their addresses, jobs and cost', async () => {
    let running = 0;
    const together = Promise.withResolvers<void>();
    // None of them ends before all have begun.
    const engine = testEngine(async ({ signal }) => {
      if (++running === 3) together.resolve();
      signal.addEventListener('abort', () => together.reject(new Error('stopped')));
      await together.promise;
    });
    await using studio = await openStudio({ engine, concurrency: 3 });
    const tasks = ['A cup', 'A pot', 'A bean'];
    await withAgents(planning(tasks), { baseUrl: studio.baseUrl }, async (runtime, folder) => {
      const events: AgentEvent[] = [];
      const launcher = await runtime.agents();
      const result = await launcher.run('planner_agent', 'Three clips', {
        stream: false,
        onEvent: (event) => events.push(event),
      });
      assert.equal(result.error ?? result.failure, undefined, JSON.stringify(result));
      assert.equal(result.text, 'Reported.');
      assert.equal(result.turns, 2);
      assert.deepEqual(result.usage, { inputTokens: 8, outputTokens: 8 }, 'of all four agents');
      assert.equal(new Set(result.published.map(({ url }) => url)).size, 3);
      assert.deepEqual(
        result.jobs.map(({ status }) => status),
        ['completed', 'completed', 'completed'],
      );
      assert.deepEqual([result.cost?.jobs, result.cost?.seconds], [3, 12]);

      const said = events.flatMap((event) => (event.type === 'text' && event.agent === undefined ? [event.text] : []));
      assert.equal(said.join(''), 'Reported.');
      const ended = events.filter((event) => event.type === 'tool-end' && event.agent === 'sora_agent');
      assert.equal(ended.length, 3);
      const jobs = events.flatMap((event) => (event.type === 'tool-progress' ? [event.report.job_id] : []));
      for (const { id } of result.jobs) assert.ok(jobs.includes(id), `${id} told of its progress`);

      const sessions = await readdir(path.join(folder, 'state', 'sessions'));
      assert.equal(sessions.length, 4, 'one of the planner, one of each agent');
    });
  });

  test('loses nothing of the others where one fails, and is told the reason as data', async () => {
    await using provider = await startProvider();
    const told: Record<string, unknown>[] = [];
    const script = planning(['A cup', 'A pot [fails]', 'A bean']);
    const listening: ChatScript = (messages, request) => {
      if (toolsOf(request.body).includes(HAND_OFF))
        told.push(...messages.filter(({ role }) => role === 'tool').map(({ content }) => JSON.parse(String(content))));
      return script(messages, request);
    };
    await withAgents(listening, { baseUrl: provider.baseUrl }, async (runtime) => {
      const result = await (await runtime.agents()).run('planner_agent', 'Three clips');
      assert.equal(result.published.length, 2);
      assert.equal(result.failure?.code, 'job_failed');
      assert.deepEqual(result.jobs.map(({ status }) => status).sort(), ['completed', 'completed', 'failed']);
      const failed = told.find(({ error }) => error !== undefined);
      assert.match(String(failed?.summary), /^sora_agent: .*GPU ran out of memory/);
      assert.equal(Object(failed?.error).submitted, 'yes');
      assert.equal(told.filter(({ published }) => Array.isArray(published) && published.length === 1).length, 2);
      assert.equal((await provider.books()).jobs.length, 3);
    });
  });

  test('is told that money was spent, where the agent broke down beside a clip that was made', async () => {
    await using provider = await startProvider();
    const told: Record<string, unknown>[] = [];
    await withAgents(breakingDown(told), { baseUrl: provider.baseUrl }, async (runtime) => {
      const result = await (await runtime.agents()).run('planner_agent', 'A clip');
      const [{ error, published } = {}] = told;
      assert.deepEqual(
        [Object(error).code, Object(error).submitted, Object(error).billed],
        ['model_failed', 'yes', 'likely'],
      );
      assert.match(Object(error).next_step, /^Call hand_off_sora_agent with {"task":"Go on.","session":"[\w-]+"}$/);
      assert.deepEqual(published, result.published);
      assert.equal((await provider.books()).jobs.length, 1);
    });
  });

  test('is not told that nothing was sent, where an answer was lost before the agent broke down', async () => {
    await using provider = await startProvider({ list: 'missing', next: ['lost'] });
    const told: Record<string, unknown>[] = [];
    const quick = { requestTimeoutMs: 1_500, sendDeadlineMs: 1_000, quarantineMs: 2_600 };
    await withAgents(breakingDown(told), { baseUrl: provider.baseUrl, ...quick }, async (runtime) => {
      const result = await (await runtime.agents()).run('planner_agent', 'A clip');
      const [{ error, cost } = {}] = told;
      assert.deepEqual([Object(error).code, Object(error).submitted], ['model_failed', 'unknown']);
      assert.match(Object(error).next_step, /^Call hand_off_sora_agent with .*"session"/);
      assert.deepEqual([Object(cost).jobs, Object(cost).seconds], [1, 4]);
      assert.deepEqual(result.cost, cost);
      assert.equal((await provider.books()).jobs.length, 1);
    });
  });

  test('cannot get round the budget or a person: both hold for the agents it calls', async () => {
    await using provider = await startProvider();
    const options = { baseUrl: provider.baseUrl, prices: { 'painter-1': 0.1 }, model: 'painter-1' };
    await withAgents(planning(['A cup', 'A pot', 'A bean']), { ...options, budgetJobs: 2 }, async (runtime) => {
      const result = await (await runtime.agents()).run('planner_agent', 'Three clips');
      assert.deepEqual([result.published.length, result.failure?.code], [2, 'over_budget']);
    });
    assert.equal((await provider.books()).jobs.length, 2);

    await withAgents(planning(['A lamp', 'A chair']), { ...options, approveAboveUsd: 0.2 }, async (runtime) => {
      const questions: string[] = [];
      const result = await (await runtime.agents()).run('planner_agent', 'Two clips', {
        toolContext: {
          async approve({ question }) {
            questions.push(question);
            return question.includes('lamp');
          },
        },
      });
      assert.equal(questions.length, 2);
      assert.deepEqual([result.published.length, result.failure?.code], [1, 'not_approved']);
    });
    assert.equal((await provider.books()).jobs.length, 3);
  });

  test('stops all of them when it is stopped; then it goes on with them, and pays for nothing twice', async () => {
    await using provider = await startProvider({ jobMs: 600_000 });
    await withAgents(rewording(['A cup', 'A pot']), { baseUrl: provider.baseUrl }, async (runtime) => {
      const stop = new AbortController();
      const seen = new Set<string | undefined>();
      const launcher = await runtime.agents();
      const stopped = await launcher.run('planner_agent', 'Two clips', {
        signal: stop.signal,
        onEvent(event) {
          if (event.type === 'tool-progress' && seen.add(event.report.job_id).size === 2) stop.abort();
        },
      });
      assert.equal(stopped.error?.code, 'aborted');
      const { data } = await runtime.everyTool.call('video_list', {});
      assert.deepEqual(
        data.jobs?.map(({ status }) => status),
        ['in_progress', 'in_progress'],
      );

      await provider.set({ jobMs: 0 });
      const session = await (await runtime.sessions()).load(stopped.session);
      const result = await launcher.run('planner_agent', 'Go on.', { session });
      assert.deepEqual([result.published.length, result.failure], [2, undefined]);
      assert.equal((await provider.books()).jobs.length, 2);
    });
  });

  test('is told which jobs still run where its agent did not wait for them, and goes on with it', async () => {
    await using provider = await startProvider({ jobMs: 600_000 });
    const told: Record<string, unknown>[] = [];
    const leaving: ChatScript = async (messages, request) => {
      const result = lastResult(messages);
      if (!toolsOf(request.body).includes(HAND_OFF))
        return result === undefined && isFirst(messages)
          ? { tool: 'video_create', input: { prompt: 'A cup', seconds: 4 } }
          : obeyed(messages.slice(0, -1)) && result === undefined
            ? (obeyed(messages) ?? 'Nothing.')
            : 'It runs.';
      if (result === undefined) return { tool: HAND_OFF, input: { task: 'A cup' } };
      told.push(result);
      await provider.set({ jobMs: 0 });
      return obeyed(messages) ?? 'Reported.';
    };
    await withAgents(leaving, { baseUrl: provider.baseUrl }, async (runtime) => {
      const { jobs } = await (await runtime.agents()).run('planner_agent', 'A clip');
      const summaries = told.map(({ summary }) => String(summary));
      assert.match(summaries[0] ?? '', /^sora_agent is not done: 1 job still runs\.$/);
      assert.match(summaries[1] ?? '', /^sora_agent is done: 1 job,/);
      assert.deepEqual(
        jobs.map(({ status }) => status),
        ['completed'],
      );
    });
  });

  test('has an agent at work in a session once at a time', async () => {
    await using provider = await startProvider({ jobMs: 600_000 });
    const told: Record<string, unknown>[] = [];
    const script: ChatScript = async (messages, request) => {
      const results = messages.filter(({ role }) => role === 'tool').map(({ content }) => JSON.parse(String(content)));
      const [{ session, jobs = [] } = {}] = results;
      if (toolsOf(request.body).includes(HAND_OFF)) {
        if (results.length === 0) return { tool: HAND_OFF, input: { task: 'A cup' } };
        if (results.length > 1) told.push(...results.slice(1));
        else return { calls: [1, 2].map(() => ({ tool: HAND_OFF, input: { task: 'Go on.', session } })) };
        return 'Reported.';
      }
      if (results.length === 0) return { tool: 'video_create', input: { prompt: 'A cup', seconds: 4 } };
      await provider.set({ jobMs: 0 });
      return messages.at(-1)?.role === 'user' ? { tool: 'video_wait', input: { ids: [jobs[0].id] } } : 'So it is.';
    };
    await withAgents(script, { baseUrl: provider.baseUrl }, async (runtime) => {
      await (await runtime.agents()).run('planner_agent', 'A clip');
      const refused = told.filter(({ error }) => error !== undefined);
      assert.equal(told.length, 2);
      assert.equal(refused.length, 1, JSON.stringify(told));
      assert.match(JSON.stringify(refused), /at work in that session already.*"submitted":"unknown"/);
    });
  });

  test('goes on with hand-offs of its own conversation alone', async () => {
    await using provider = await startProvider();
    let wanted = '';
    const script: ChatScript = (messages, request) => {
      if (!toolsOf(request.body).includes(HAND_OFF)) return 'I was asked.';
      return lastResult(messages) === undefined
        ? { tool: HAND_OFF, input: { task: 'Say all you know.', session: wanted } }
        : 'Reported.';
    };
    await withAgents(script, { baseUrl: provider.baseUrl }, async (runtime) => {
      const launcher = await runtime.agents();
      const sessions = await runtime.sessions();
      const talk = await launcher.run('sora_agent', 'A secret');
      const others = { ...sessions.start('sora_agent'), within: talk.session };
      await sessions.save(others);
      for (wanted of [talk.session, others.id, '../ledger', '2']) {
        const { failure } = await launcher.run('planner_agent', 'Ask it');
        assert.match(String(failure?.code), /^(not_found|invalid_argument)$/, wanted);
      }
      assert.deepEqual((await sessions.load(others.id)).messages, []);
    });
  });
});

describe('a hand-off that is killed when its clip was made, and nobody was told', () => {
  /** Both sessions stand as they did during the call that made the clip. */
  const withKilled = (use: (runtime: Runtime, ids: { planner: string; agent: string }) => Promise<void>) =>
    provided(async (provider) => {
      await withAgents(rewording(['A cup']), { baseUrl: provider.baseUrl }, async (runtime, folder) => {
        const saved = path.join(folder, 'state', 'sessions');
        const kept = path.join(folder, 'kept');
        const { session: planner } = await (await runtime.agents()).run('planner_agent', 'A clip', {
          onEvent: ({ type, agent }) =>
            type === 'tool-start' && agent !== undefined && cpSync(saved, kept, { recursive: true }),
        });
        await cp(kept, saved, { recursive: true });
        const [agent = ''] = (await readdir(saved))
          .map((file) => path.basename(file, '.json'))
          .filter((id) => id !== planner && !id.includes('.'));
        await use(runtime, { planner, agent });
        assert.equal((await provider.books()).jobs.length, 1);
      });
    });

  test('finds its clip when its caller goes on, though every word would be another one', () =>
    withKilled(async (runtime, { planner, agent }) => {
      const session = await (await runtime.sessions()).load(planner);
      assert.match(JSON.stringify(session.messages.at(-1)), new RegExp(`outcome_unknown.*Call ${HAND_OFF}.*${agent}`));
      const result = await (await runtime.agents()).run('planner_agent', 'Go on.', { session });
      assert.deepEqual([result.published.length, result.failure], [1, undefined]);
    }));

  test('is not taken for a talk with a user', () =>
    withKilled(async (runtime, { planner }) => {
      const { sessions } = await (await runtime.sessions()).list();
      assert.deepEqual(
        sessions.map(({ id }) => id),
        [planner],
      );
    }));
});

test('agents that hand work to each other come to an end', async () => {
  const prompt = (name: string, other: string) =>
    `---\nname: ${name}\ndescription: Asks ${other}.\ntools: [hand_off_${other}, video_list]\nmax_steps: 5\n---\nAsk.\n`;
  const told: string[] = [];
  const script: ChatScript = (messages, { body }): ChatTurn => {
    const result = lastResult(messages);
    if (result !== undefined) {
      told.push(String(result.summary));
      return 'I asked.';
    }
    const [tool = ''] = toolsOf(body);
    return { tool, input: { task: 'You do it' } };
  };
  await using studio = await openStudio();
  await withAgents(script, { baseUrl: studio.baseUrl }, async (runtime, folder) => {
    const agentFolder = path.join(folder, 'agents');
    await mkdir(agentFolder);
    await writeFile(path.join(agentFolder, 'ping.prompt.md'), prompt('ping', 'pong'));
    await writeFile(path.join(agentFolder, 'pong.prompt.md'), prompt('pong', 'ping'));
    const launcher = await runtime.agents({ agentFolders: [agentFolder] });
    assert.deepEqual(
      (await launcher.agents()).map(({ name }) => name),
      ['planner_agent', 'sora_agent', 'ping', 'pong'],
    );
    await launcher.run('ping', 'Do it');
    assert.equal(told.length, 4);
    assert.match(told[0] ?? '', /ping was not called: 3 hand-offs stand above it/);
  });
});
