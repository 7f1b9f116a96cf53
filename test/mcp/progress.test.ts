import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Notification, ServerContext } from '@modelcontextprotocol/server';
import { risingProgress } from '../../lib/mcp/progress.ts';

function opened(progressToken?: string) {
  const sent: Notification[] = [];
  let now = 0;
  const mcpReq: ServerContext['mcpReq'] = Object.assign(Object.create(null), {
    _meta: progressToken === undefined ? undefined : { progressToken },
    async notify(notification: Notification) {
      sent.push(notification);
    },
  });
  const progress = risingProgress({ mcpReq }, () => now);
  return { sent, progress, pass: (ms: number) => (now += ms) };
}

const values = (sent: Notification[]) => sent.map(({ params }) => Number(Object(params).progress));

test('values rise with every notification, also where a job goes back or says nothing', () => {
  const { sent, progress, pass } = opened('t');
  for (const percent of [undefined, undefined, 10, 10, 5, undefined, 60, 200, 100, undefined]) {
    progress.report({ phase: 'waiting', job_id: 'video_1', ...(percent !== undefined && { percent }) });
    pass(1_000);
  }
  const rising = values(sent);
  assert.ok(rising.length >= 8);
  for (const [index, value] of rising.entries())
    assert.ok(value > (rising[index - 1] ?? 0) && value <= 100, rising.join(' '));
  assert.deepEqual(Object(sent[0]?.params).progressToken, 't');
});

test('a flood becomes a few a second; a new phase is told at once', () => {
  const { sent, progress, pass } = opened('t');
  for (let percent = 1; percent <= 50; percent++) {
    progress.report({ phase: 'downloading', percent });
    pass(10);
  }
  assert.equal(sent.length, 2);
  progress.report({ phase: 'publishing', percent: 60 });
  assert.equal(sent.length, 3);
});

test('nothing is sent without a token, or after the end', () => {
  const silent = opened();
  silent.progress.report({ phase: 'waiting' });
  assert.equal(silent.sent.length, 0);
  const { sent, progress, pass } = opened('t');
  progress.report({ phase: 'waiting', percent: 1 });
  progress.end();
  pass(1_000);
  progress.report({ phase: 'waiting', percent: 2 });
  assert.equal(sent.length, 1);
});
