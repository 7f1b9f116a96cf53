import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, redact } from '../lib/log.ts';

const SECRETS = ['hunter2-abcdef', 'p"w\\d-secret'];

test('known secrets never appear in a line, wherever they stand', () => {
  const lines: string[] = [];
  const log = createLog({ enabled: true, secrets: SECRETS, write: (line) => lines.push(line) });
  log.debug('sent hunter2-abcdef', { nested: { list: ['xhunter2-abcdefx'] }, other: 'p"w\\d-secret' });
  const [line = ''] = lines;
  assert.match(line, /^\d{4}-\d\d-\d\dT.*sent \[secret\]/);
  assert.doesNotMatch(line, /hunter2|d-secret/);
});

test('a secret that contains another one is masked whole', () => {
  assert.equal(redact('key=abcd1234-tail', ['abcd1234', 'abcd1234-tail']), 'key=[secret]');
});

test('what looks like a secret is masked though nobody named it', () => {
  const shapes = [
    ['authorization: Bearer abc.def-ghi', 'abc.def'],
    ['Basic dXNlcjpwYXNz', 'dXNl'],
    ['key sk-proj-1234567890', '1234567890'],
    ['{"api_key":"topsecret"}', 'topsecret'],
    ['x-litellm-api-key: topsecret', 'topsecret'],
    ['https://user:password@host/path', 'password'],
    ['https://host/o?X-Amz-Signature=deadbeef&x=1', 'deadbeef'],
    ['https://host/o?a=1&sig=deadbeef', 'deadbeef'],
  ] as const;
  for (const [text, secret] of shapes) assert.doesNotMatch(redact(text), new RegExp(secret), text);
});

test('ordinary text stays as it is', () => {
  const text = 'POST /videos 200 in 12 ms, 3 of 4 done, see https://host/path?page=2';
  assert.equal(redact(text, ['', 'of']), text);
});

test('a log that is not enabled writes nothing', () => {
  createLog({ write: () => assert.fail('it wrote') }).debug('hello');
});
