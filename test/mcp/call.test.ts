import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import * as sdk from '@modelcontextprotocol/server';
import { createLog } from '../../lib/log.ts';
import { createDesk } from '../../lib/mcp/server.ts';
import { createWorks } from '../../lib/mcp/works.ts';
import { defineTool, READS } from '../../lib/tools/tool.ts';
import { openWorkspace } from '../../lib/workspace.ts';
import type { ToolContext, ToolResult } from '../../types/tool.ts';
import { until } from '../support/studio.ts';
import { dataOf } from './support.ts';

/** A client of a server with one tool, which does what the test says. */
async function connected(
  handler: (context: ToolContext) => Promise<ToolResult>,
  waitLimitMs = 600_000,
  answerWithinMs?: number,
  workspace = '/nowhere',
) {
  const tool = defineTool({
    name: 'look',
    title: 'Look',
    description: 'Looks.',
    parameters: {
      type: 'object',
      properties: { times: { type: 'integer', description: 'How often.' } },
      required: [],
      additionalProperties: false,
    },
    annotations: READS,
    handler: (_args, context) => handler(context),
  });
  const services = { tools: [tool], workspace: openWorkspace(workspace), config: { waitLimitMs } };
  const desk = createDesk(sdk, async () => services, createLog(), createWorks(answerWithinMs));
  const client = new Client({ name: 'a'.repeat(500), version: '1' });
  const [near, far] = InMemoryTransport.createLinkedPair();
  await Promise.all([desk.serverFor(desk.newSession()).connect(far), client.connect(near)]);
  return { client, desk };
}

test('no tool is let wait longer than 45 seconds, nor longer than is configured', async () => {
  for (const [configured, told] of [
    [600_000, 42_240],
    [1_000, 1_000],
  ]) {
    const { client } = await connected(
      async ({ waitLimitMs }) => ({ summary: 'ok', data: { waitLimitMs } }),
      configured,
    );
    assert.equal(dataOf(await client.callTool({ name: 'look' })).waitLimitMs, told);
    await client.close();
  }
});

test('a call whose work takes longer is answered all the same, and the same call hears what came of it', async () => {
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const working = async ({ progress }: ToolContext): Promise<ToolResult> => {
    runs++;
    const ticks = setInterval(() => progress?.({ phase: 'publishing' }), 10);
    await gate.promise;
    clearInterval(ticks);
    return { summary: 'Done.', data: { runs } };
  };
  const { client } = await connected(working, 600_000, 200);
  const call = { name: 'look', arguments: { times: 3 } };
  for (const _twice of [1, 2]) {
    let reports = 0;
    const early = await client.callTool(call, { onprogress: () => reports++ });
    assert.equal(early.isError, undefined);
    assert.match(dataOf(early).summary, /^look takes longer than a call may: it goes on/);
    assert.match(String(dataOf(early).next_step), /^Make the same call again/);
    assert.ok(reports > 0, 'each call is told of the progress');
  }
  gate.resolve();
  assert.deepEqual(dataOf(await client.callTool(call)), { summary: 'Done.', runs: 1 });
  assert.deepEqual(dataOf(await client.callTool(call)), { summary: 'Done.', runs: 2 }, 'it is told once');
  await client.close();
});

test('another call is none of the work that goes on, nor is one after it was given up', async () => {
  const gate = Promise.withResolvers<void>();
  let runs = 0;
  const working = async (): Promise<ToolResult> => {
    const run = ++runs;
    if (run > 1) await gate.promise;
    return { summary: `Run ${run}.`, data: {} };
  };
  const { client } = await connected(working, 600_000, 200);
  const call = { name: 'look', arguments: { times: 3 } };
  await client.callTool({ name: 'look' });
  const stop = new AbortController();
  const givenUp = client.callTool(call, { signal: stop.signal }).catch(() => undefined);
  await until(() => runs === 2);
  stop.abort();
  await givenUp;
  const early = dataOf(await client.callTool(call));
  assert.match(early.summary, /goes on/);
  gate.resolve();
  assert.equal(dataOf(await client.callTool({ name: 'look', arguments: { times: 4 } })).summary, 'Run 4.');
  assert.equal(dataOf(await client.callTool(call)).summary, 'Run 3.');
  await client.close();
});

test('what goes on is stopped when the server ends', async () => {
  let isStopped = false;
  const working = async ({ signal, lifetime }: ToolContext): Promise<ToolResult> => {
    assert.ok(signal && lifetime);
    if (!signal.aborted) await once(signal, 'abort');
    isStopped = lifetime.aborted;
    throw signal.reason;
  };
  const { client, desk } = await connected(working, 600_000, 200);
  assert.match(dataOf(await client.callTool({ name: 'look' })).summary, /goes on/);
  await desk.end();
  assert.equal(isStopped, true);
  await client.close();
});

test('arguments are taken as models write them, and what is wrong is told as a result', async () => {
  const { client } = await connected(async () => ({ summary: 'ok', data: {} }));
  assert.equal((await client.callTool({ name: 'look', arguments: { times: '3' } })).isError, undefined);
  const wrong = await client.callTool({ name: 'look', arguments: { times: 'often', colour: 'red' } });
  assert.equal(wrong.isError, true);
  assert.equal(dataOf(wrong).error?.code, 'invalid_argument');
  await client.close();
});

test('an end of the connection aborts what runs, with a reason that tools know, and is waited for', async () => {
  let reason: unknown;
  let isOver = false;
  const started = Promise.withResolvers<void>();
  const { client, desk } = await connected(async ({ signal }) => {
    assert.ok(signal);
    started.resolve();
    await once(signal, 'abort');
    reason = signal.reason;
    await new Promise((resolve) => setTimeout(resolve, 50));
    isOver = true;
    throw reason;
  });
  const call = client.callTool({ name: 'look' }).catch(() => undefined);
  await started.promise;
  await client.close();
  await desk.end();
  assert.ok(reason instanceof DOMException && reason.name === 'AbortError');
  assert.equal(isOver, true);
  await call;
});

test('a workspace that cannot be read is told without its path', async () => {
  const { client } = await connected(async () => ({ summary: 'ok', data: {} }), 600_000, 200, '/dev/null/videos');
  await assert.rejects(client.readResource({ uri: 'video-toolset://workspace/a.mp4' }), (error) => {
    assert.match(String(error), /ENOTDIR/);
    assert.doesNotMatch(String(error), /null/);
    return true;
  });
  await client.close();
});

test('a session is named for its client, and no name is too long for the ledger', async () => {
  const { client } = await connected(async ({ session }) => ({ summary: 'ok', data: { session } }));
  assert.match(String(dataOf(await client.callTool({ name: 'look' })).session), /^[0-9a-f-]{36}:a{80}$/);
  await client.close();
});
