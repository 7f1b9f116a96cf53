import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTurn } from '../../lib/host/offline/turn.ts';
import { withOpenCalls } from '../../lib/host/openCalls.ts';

const CALL = { id: 'call_1', name: 'video_create', input: { prompt: 'a whale' } };

test('a call that was cut off stands in the conversation as one whose outcome is not known', () => {
  const [request, call, result] = withOpenCalls([{ role: 'user', content: 'a whale' }], [CALL], new Map());
  assert.equal(request?.role, 'user');
  assert.equal(call?.role, 'assistant');
  assert.match(JSON.stringify(result), /outcome_unknown/);
});

test('a resumed session whose create was cut off creates nothing again', () => {
  const turn = nextTurn(
    [
      { role: 'user', content: [{ type: 'text', text: 'a whale' }] },
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: 'call_1', toolName: 'video_create', input: CALL.input }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: 'call_1',
            toolName: 'video_create',
            output: {
              type: 'text',
              value: JSON.stringify({ error: { code: 'outcome_unknown', next_step: 'Look with video_list.' } }),
            },
          },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'go on' }] },
    ],
    ['video_create', 'video_wait', 'video_list'],
  );
  assert.equal(turn.kind, 'text');
});

test('what a call came to is kept with it', () => {
  const messages = withOpenCalls([], [CALL], new Map([['call_1', '{"summary":"made"}']]));
  assert.match(JSON.stringify(messages), /made/);
  assert.doesNotMatch(JSON.stringify(messages), /outcome_unknown/);
});
