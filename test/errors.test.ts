import assert from 'node:assert/strict';
import { realpath } from 'node:fs/promises';
import { test } from 'node:test';
import { ApiError, systemCode, toToolsetError, VideoToolsetError } from '../lib/errors.ts';

test('a report says by default that nothing was sent or spent', () => {
  assert.deepEqual(new VideoToolsetError('not_found', 'No such job.').report(), {
    code: 'not_found',
    message: 'No such job.',
    submitted: 'no',
    billed: 'no',
    retryable: false,
  });
});

test('where it is unknown whether a call arrived, so is the bill', () => {
  const { billed } = new VideoToolsetError('outcome_unknown', 'Lost.', { submitted: 'unknown' }).report();
  assert.equal(billed, 'unknown');
});

test('a report carries every fact that was given, and no cause', () => {
  const facts = { submitted: 'yes', job_id: 'v1', billed: 'likely', retryable: true, next_step: 'Wait.' } as const;
  const cause = new Error('secret');
  const error = new ApiError('server_error', 'Broke.', 500, {}, { ...facts, cause });
  assert.deepEqual(error.report(), { code: 'server_error', message: 'Broke.', ...facts });
  assert.equal(error.cause, cause);
});

test('the system code is found through causes and aggregates', () => {
  const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  assert.equal(systemCode(new Error('outer', { cause: new Error('middle', { cause: refused }) })), 'ECONNREFUSED');
  assert.equal(systemCode(new AggregateError([refused])), 'ECONNREFUSED');
  assert.equal(systemCode(new Error('none')), undefined);
  assert.equal(systemCode('text'), undefined);
});

test('anything thrown becomes an error of this project', () => {
  const known = new VideoToolsetError('expired', 'Gone.');
  assert.equal(toToolsetError(known), known);
  const withCode = (code: string) => toToolsetError(Object.assign(new Error('x'), { code })).code;
  assert.deepEqual(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EOTHER'].map(withCode), [
    'disk_full',
    'disk_full',
    'storage_failed',
    'storage_failed',
    'storage_failed',
    'internal',
  ]);
  assert.equal(toToolsetError(AbortSignal.abort().reason).code, 'aborted');
  assert.match(toToolsetError('a text').message, /a text/);
});

test('what the system says of a file is told without its path', async () => {
  const error = await realpath('/dev/null/secret').catch(toToolsetError);
  assert.ok(error instanceof VideoToolsetError);
  assert.equal(error.message, 'Unexpected failure: ENOTDIR (realpath)');
});
