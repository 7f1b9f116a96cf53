import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sdk from '@modelcontextprotocol/server';
import { createApprovals } from '../../lib/mcp/approvals.ts';
import type { ApprovalRequest } from '../../types/tool.ts';

const QUESTION: ApprovalRequest = { tool: 'video_create', question: 'Make a clip for about $0.80?', usd: 0.8 };
const CALL = { session: 's', tool: 'video_create', args: { prompt: 'a boat' } };
const YES = { approval: { action: 'accept', content: { approve: true } } };

function round(requestState?: string, inputResponses?: Record<string, unknown>) {
  const state = <T>(): T | undefined => JSON.parse(JSON.stringify(requestState ?? null)) ?? undefined;
  const mcpReq: sdk.ServerContext['mcpReq'] = Object.assign(Object.create(null), {
    requestState: state,
    inputResponses,
  });
  return { mcpReq };
}

function opened(now: () => number = Date.now) {
  const approvals = createApprovals(sdk, now);
  const ask = async (call = CALL, question = QUESTION, context = round()) => {
    const ballot = approvals.ballot(call, context);
    const isApproved = await ballot.approve(question);
    return { isApproved, pending: ballot.pending(), ballot };
  };
  const ticket = async () => (await ask()).pending?.requestState;
  return { approvals, ask, ticket };
}

test('a question is handed to the client, and a yes to it holds', async () => {
  const { ask } = opened();
  const { isApproved, pending } = await ask();
  assert.equal(isApproved, false);
  assert.match(JSON.stringify(pending?.inputRequests), /about \$0\.80\?.*"approve"/);
  const second = await ask(CALL, QUESTION, round(pending?.requestState, YES));
  assert.deepEqual([second.isApproved, second.pending], [true, undefined]);
});

test('a yes holds once: neither shown again nor for a second question of the same call', async () => {
  const { ask, ticket } = opened();
  const used = await ticket();
  const { isApproved, ballot } = await ask(CALL, QUESTION, round(used, YES));
  assert.equal(isApproved, true);
  assert.equal(await ballot.approve(QUESTION), false);
  const again = await ask(CALL, QUESTION, round(used, YES));
  assert.equal(again.isApproved, false);
  assert.ok(again.pending, 'it is asked anew');
});

test('a yes holds though the question is put in other words by now', async () => {
  const { ask, ticket } = opened();
  const { isApproved } = await ask(CALL, { ...QUESTION, question: 'Now that it runs?' }, round(await ticket(), YES));
  assert.equal(isApproved, true);
});

test('a yes holds for what it was asked for: session, tool, arguments and price', async () => {
  const { ask, ticket } = opened();
  for (const [call, question] of [
    [{ ...CALL, session: 'other' }, QUESTION],
    [{ ...CALL, tool: 'video_produce' }, QUESTION],
    [{ ...CALL, args: { prompt: 'ten boats' } }, QUESTION],
    [CALL, { ...QUESTION, usd: 8 }],
    [CALL, { tool: QUESTION.tool, question: QUESTION.question }],
    [CALL, { ...QUESTION, tool: 'video_delete' }],
  ] as const) {
    const { isApproved, pending } = await ask(call, question, round(await ticket(), YES));
    assert.equal(isApproved, false, JSON.stringify([call, question]));
    assert.ok(pending, 'it is asked anew');
  }
});

test('everything but a clear yes is a no', async () => {
  const { ask, ticket } = opened();
  for (const answer of [
    { action: 'decline' },
    { action: 'cancel' },
    { action: 'accept' },
    { action: 'accept', content: {} },
    { action: 'accept', content: { approve: false } },
    { action: 'accept', content: { approve: 'true' } },
  ]) {
    const { isApproved, pending } = await ask(CALL, QUESTION, round(await ticket(), { approval: answer }));
    assert.deepEqual([isApproved, pending], [false, undefined], JSON.stringify(answer));
  }
});

test('a yes that nobody asked for, or that comes too late, only makes the question be asked', async () => {
  let now = 0;
  const { ask, ticket } = opened(() => now);
  for (const context of [round(undefined, YES), round('made up', YES), round(await ticket())]) {
    const { isApproved, pending } = await ask(CALL, QUESTION, context);
    assert.equal(isApproved, false);
    assert.ok(pending);
  }
  const late = await ticket();
  now += 10 * 60 * 1_000 + 1;
  assert.equal((await ask(CALL, QUESTION, round(late, YES))).isApproved, false);
});
