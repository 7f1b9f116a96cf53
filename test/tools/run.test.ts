import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { test } from 'node:test';
import { resultText, runTool } from '../../lib/tools/run.ts';
import { defineTool, READS } from '../../lib/tools/tool.ts';
import type { ToolContext, ToolResult } from '../../types/tool.ts';

const toolOf = (handler: (context: ToolContext) => Promise<ToolResult>) =>
  defineTool({
    name: 'look',
    title: 'Look',
    description: 'Looks.',
    parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
    annotations: READS,
    handler: (_args, context) => handler(context),
  });

const waits = toolOf(async ({ signal }) => {
  assert.ok(signal);
  if (!signal.aborted) await once(signal, 'abort');
  signal.throwIfAborted();
  return { summary: 'never', data: {} };
});

for (const reason of [undefined, 'the user pressed a key', new Error('a time-out of the host'), null]) {
  test(`a host that aborts with ${reason} as its reason has a call aborted, not failed`, async () => {
    const stop = new AbortController();
    const call = runTool(waits, {}, { signal: stop.signal });
    stop.abort(reason);
    assert.equal((await call).data.error?.code, 'aborted');
    assert.equal(
      (await runTool(waits, {}, { signal: stop.signal })).data.error?.code,
      'aborted',
      'also from the start',
    );
  });
}

test('a signal that lives on is let go of after every call', async () => {
  const { signal } = new AbortController();
  const listeners: number[] = [];
  const looks = toolOf(async () => {
    listeners.push(getEventListeners(signal, 'abort').length);
    return { summary: 'ok', data: {} };
  });
  for (let call = 0; call < 3; call++) await runTool(looks, {}, { signal });
  assert.deepEqual(listeners, [1, 1, 1]);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('a host that breaks down over progress breaks no call', async () => {
  const reports: string[] = [];
  const works = toolOf(async ({ progress }) => {
    progress?.({ phase: 'waiting' });
    return { summary: 'done', data: {} };
  });
  const breakdowns: NonNullable<ToolContext['progress']>[] = [
    ({ phase }) => {
      reports.push(phase);
      throw new Error('no screen');
    },
    async ({ phase }) => {
      reports.push(phase);
      throw new Error('no screen, later');
    },
  ];
  for (const progress of breakdowns) assert.equal((await runTool(works, {}, { progress })).summary, 'done');
  assert.deepEqual(reports, ['waiting', 'waiting']);
});

test('a result as a text begins with its summary', () => {
  assert.equal(resultText({ summary: 'Done.', data: { jobs: [] } }), '{"summary":"Done.","jobs":[]}');
});
