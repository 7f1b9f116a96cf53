import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApiError } from '../../../lib/errors.ts';
import { KEY } from '../../support/key.ts';
import { failureOf } from '../client.ts';
import { scripted } from '../scripted.ts';
import { type Answer, json, text } from '../server.ts';

async function refused(create: Answer) {
  await using server = await scripted({ create }, { apiKey: KEY, headers: { 'x-team': 'secret-team' } });
  const error = await failureOf(server.api.create({ prompt: 'A boat', model: 'wan-9' }));
  assert.ok(error instanceof ApiError, `${error.code}: ${error.message}`);
  return { error, server };
}

describe('the error of a server', () => {
  const shapes: readonly (readonly [string, Answer, RegExp, string | undefined])[] = [
    [
      'four keys',
      json({ error: { message: 'Too wide', type: 't', param: 'size', code: 'bad' } }, 400),
      /Too wide/,
      'bad',
    ],
    ['an integer code', json({ error: { message: 'Too wide', code: 1_400 } }, 400), /Too wide/, '1400'],
    ['a code alone', json({ error: { code: 1_400 } }, 400), /400/, '1400'],
    ['a text in error', json({ error: 'Too wide' }, 400), /Too wide/, undefined],
    ['a text in detail', json({ detail: 'Too wide' }, 400), /Too wide/, undefined],
    [
      'a list in detail',
      json({ detail: [{ loc: ['body', 'size'], msg: 'Too wide' }] }, 422),
      /size.*Too wide/,
      undefined,
    ],
    ['a message', json({ message: 'Too wide', code: 'bad' }, 400), /Too wide/, 'bad'],
    ['plain text', text('Too wide', 400), /Too wide/, undefined],
    ['a page', text('<html><body><h1>Too wide</h1></body></html>', 400, 'text/html'), /HTTP 400: "Too wide/, undefined],
    ['nothing', { status: 400 }, /400/, undefined],
  ];
  for (const [shape, answer, message, code] of shapes) {
    test(`is read from ${shape}`, async () => {
      const { error } = await refused(answer);
      assert.match(error.message, message);
      assert.equal(error.detail.code, code);
      assert.equal(error.report().submitted, 'no');
    });
  }

  test('carries its request id', async () => {
    const { error } = await refused(json({ error: { message: 'No' } }, 400, { 'x-request-id': 'req_31' }));
    assert.equal(error.detail.request_id, 'req_31');
  });

  test('is bounded', async () => {
    const { error } = await refused(text('word '.repeat(100_000), 400));
    assert.ok(error.message.length < 1_000);
  });

  test('never repeats a credential, even where the server does', async () => {
    const { error } = await refused(json({ error: { message: `Wrong: Bearer ${KEY}, team secret-team` } }, 401));
    assert.equal(error.code, 'unauthorized');
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error.report())}`, /test-key-5f2c|secret-team/);
  });

  for (const [title, answer] of [
    ['in its code', json({ error: { message: 'The model does not exist', code: 'model_not_found' } }, 404)],
    ['in its words', json({ detail: "The model 'wan-9' does not exist" }, 404)],
    ['as a mismatch', json({ error: { message: "Model mismatch: request specifies 'wan-9'", code: 400 } }, 400)],
  ] as const) {
    test(`that the model is not there, ${title}, is not taken for a missing job`, async () => {
      const { error } = await refused(answer);
      assert.match(error.facts.next_step ?? '', /model/i);
      assert.doesNotMatch(error.facts.next_step ?? '', /\bid\b/);
      assert.equal(error.report().submitted, 'no');
    });
  }

  for (const code of ['moderation_blocked', 'content_filter', 'content_policy_violation', 'sentinel_block']) {
    test(`${code} is told from a technical one`, async () => {
      const { error } = await refused(json({ error: { message: 'Blocked', code } }, 400));
      assert.equal(error.code, 'moderation_blocked');
      assert.match(error.facts.next_step ?? '', /prompt/i);
    });
  }

  for (const status of [500, 502, 504, 408]) {
    test(`${status} on create leaves the outcome open, and nothing is sent again`, async () => {
      const { error, server } = await refused(text('', status));
      assert.equal(error.code, 'outcome_unknown');
      assert.equal(server.calls('create').length, 1);
    });
  }
});
