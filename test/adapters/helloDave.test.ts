import assert from 'node:assert/strict';
import { test } from 'node:test';
import { registerTools } from '../../lib/adapters/helloDave.ts';
import { createVideoToolset, defineTool, ToolSet } from '../../lib/index.ts';
import plugin from '../../lib/plugin.ts';
import { READS } from '../../lib/tools/tool.ts';
import type { Tool, ToolContext, ToolResult } from '../../types/tool.ts';

type Handler = (input: unknown, context?: unknown) => Promise<unknown>;

/** As hello-dave is known to take tools, and nothing more. */
function openHost() {
  const handlers = new Map<string, Handler>();
  const definitions: { name: string; description: string; parameters: object }[] = [];
  return {
    definitions,
    add(name: string, description: string, parameters: object, handler: Handler) {
      definitions.push({ name, description, parameters });
      handlers.set(name, handler);
    },
    async call(name: string, input: unknown, ...more: unknown[]): Promise<Record<string, unknown>> {
      const text = await handlers.get(name)?.(input, ...more);
      assert.ok(typeof text === 'string');
      return JSON.parse(text);
    },
  };
}

function toolOf(handler: (context: ToolContext) => Promise<ToolResult>): Tool {
  return defineTool({
    name: 'look',
    title: 'Look',
    description: 'Looks.',
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
    annotations: READS,
    handler: (_args, context) => handler(context),
  });
}

const tells = toolOf(async ({ signal, approve, progress, session, waitLimitMs }) => {
  progress?.({ phase: 'waiting' });
  const isApproved = await approve?.({ tool: 'look', question: 'Look?' });
  const given = { isAborted: signal?.aborted, isApproved, session, waitLimitMs };
  return { summary: 'Looked.', data: { given } };
});

test('every tool is added under its name, with its description and its schema, and the host is given back', () => {
  const host = openHost();
  const tools = createVideoToolset({ tools: 'chain' });
  assert.equal(registerTools(host, tools), host);
  assert.deepEqual(
    host.definitions,
    tools.map(({ name, description, parameters }) => ({ name, description, parameters })),
  );
});

test('a host that changes the schemas it was given changes no tool', () => {
  const host = openHost();
  const tools = createVideoToolset({ tools: 'produce' });
  const before = JSON.stringify(tools.map(({ parameters }) => parameters));
  registerTools(host, tools);
  for (const { parameters } of host.definitions) Object.assign(parameters, { properties: {}, required: ['all'] });
  assert.equal(JSON.stringify(tools.map(({ parameters }) => parameters)), before);
});

test('a handler tells its result as JSON, the summary first, and a failure the same way', async () => {
  const host = registerTools(openHost(), [
    tells,
    { ...toolOf(() => Promise.reject(new Error('no brush'))), name: 'rejects' },
    {
      ...tells,
      name: 'throws',
      run() {
        throw new TypeError('no paint');
      },
    },
  ]);
  assert.deepEqual(Object.keys(await host.call('look', {})), ['summary', 'given']);
  for (const [name, problem] of [
    ['rejects', /no brush/],
    ['throws', /no paint/],
  ] as const) {
    const { summary, error } = await host.call(name, {});
    assert.match(String(summary), problem);
    assert.deepEqual([Object(error).code, Object(error).submitted], ['internal', 'no']);
  }
  const wrong = await host.call('look', { colour: 'red' });
  assert.equal(Object(wrong.error).code, 'invalid_argument');
});

test('what the host hands to a handler is used where it has the shape of a context', async () => {
  const host = registerTools(openHost(), [tells], { session: 'a', waitLimitMs: 5 });
  const reports: unknown[] = [];
  const context = {
    signal: AbortSignal.abort('stopped by a key'),
    approve: async ({ question }: { question: string }) => question === 'Look?',
    progress: (report: unknown) => reports.push(report),
  };
  const { given } = await host.call('look', {}, context);
  assert.deepEqual(given, { isAborted: true, isApproved: true, session: 'a', waitLimitMs: 5 });
  assert.deepEqual(reports, [{ phase: 'waiting' }]);
});

test('whatever else it hands over is left alone, and nothing is thrown', async () => {
  const host = registerTools(openHost(), [tells]);
  const odd = [
    [],
    [undefined],
    [null],
    ['a text'],
    [7],
    [Symbol('context')],
    [() => 'a function'],
    [{ signal: 'SIGINT', approve: true, progress: 1, session: 5, waitLimitMs: 'long' }],
    [{ signal: { aborted: true } }],
  ];
  for (const more of odd) {
    const { summary, given } = await host.call('look', {}, ...more);
    assert.deepEqual([summary, given], ['Looked.', {}], String(more[0]));
  }
  const hostile = new Proxy({}, { get: () => assert.fail('do not touch') });
  assert.match(String((await host.call('look', {}, hostile)).summary), /do not touch/);
});

test('only true is a yes, and a host that cannot ask after all has refused nothing and approved nothing', async () => {
  const host = registerTools(openHost(), [tells]);
  for (const answer of ['yes', 1, {}, undefined, false]) {
    const { given } = await host.call('look', {}, { approve: () => answer });
    assert.equal(Object(given).isApproved, false, String(answer));
  }
  const broken = await host.call('look', {}, { approve: () => Promise.reject(new Error('no terminal')) });
  assert.match(String(broken.summary), /no terminal/);
});

test('a host that takes more than texts takes them, too', async () => {
  const host = registerTools(new ToolSet(), [tells]);
  assert.match((await host.call('look', {}, { session: 'mine' })).summary, /^\{"summary":"Looked\."/);
});

test('what the plugin exports can be registered by a loader that knows sets of tools', async () => {
  const host = openHost();
  for (const { name, description, parameters } of plugin.definitions())
    host.add(name, description, parameters, async (input) => JSON.stringify(await plugin.call(name, input)));
  assert.deepEqual(
    host.definitions.map(({ name }) => name),
    createVideoToolset().map(({ name }) => name),
  );
  const { isError, data } = await host.call('video_create', { seconds: 4 });
  assert.deepEqual([isError, Object(data).error.code], [true, 'invalid_argument']);
});
