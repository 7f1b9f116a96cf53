import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextTurn } from '../../lib/host/offline/turn.ts';
import { createOpenCalls, withOpenCalls } from '../../lib/host/openCalls.ts';

const CALL = { id: 'call_1', name: 'video_create', input: { prompt: 'a whale' } };

test('a call that was cut off stands in the conversation as one whose outcome is not known', () => {
  const [request, call, result] = withOpenCalls([{ role: 'user', content: 'a whale' }], [CALL]);
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
  const messages = withOpenCalls([], [{ ...CALL, result: '{"summary":"made"}' }]);
  assert.match(JSON.stringify(messages), /made/);
  assert.doesNotMatch(JSON.stringify(messages), /outcome_unknown/);
});

test('a call has the result of no other, where a model gives all its calls the same id', async () => {
  let kept = '';
  const openCalls = createOpenCalls(async (messages) => {
    kept = JSON.stringify(messages);
  });
  await openCalls.turn([]);
  const first = await openCalls.begun(CALL);
  await openCalls.begun({ ...CALL, input: { prompt: 'a wave' } });
  await first.ended('{"summary":"video_1"}');
  assert.match(kept, /video_1.*outcome_unknown/);
  assert.equal(openCalls.isOpen(), true);

  await openCalls.turn([]);
  await openCalls.begun(CALL);
  assert.match(kept, /outcome_unknown/);
  assert.doesNotMatch(kept, /video_1/);
  assert.equal(openCalls.isOpen(), true);
});
