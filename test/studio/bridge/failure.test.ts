import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APICallError, createGateway, experimental_startVideo } from 'ai';
import { VideoToolsetError } from '../../../lib/errors.ts';
import { startFailure } from '../../../lib/studio/engines/bridge/failure.ts';
import { openWire } from '../../../lib/studio/engines/bridge/wire.ts';
import { NotHere } from '../../../lib/studio/engines/engine.ts';
import { JobFailure } from '../../../lib/studio/jobFailure.ts';

const URL_OF_IT = 'https://provider.example/';
const refused = (statusCode: number, message = 'No.') =>
  new APICallError({ message, statusCode, url: URL_OF_IT, requestBodyValues: {} });

/** A provider's connection after some requests, each with the status of its answer; none for one that never connected. */
async function wireAfter(...requests: ['GET' | 'POST', number | undefined][]) {
  const answers = requests.map(([, status]) => status);
  const wire = openWire({
    asks: true,
    commit: async () => undefined,
    fetch: async () => {
      const status = answers.shift();
      if (status !== undefined) return Response.json({}, { status });
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED', syscall: 'connect' }),
      });
    },
  });
  for (const [method] of requests) await wire.fetch(URL_OF_IT, { method }).catch(() => undefined);
  return wire;
}

test('only an answer to the asking itself says that nothing was made', async () => {
  const unreached = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { syscall: 'connect' }) });
  const cases: [string, Parameters<typeof wireAfter>, Error, string, boolean][] = [
    ['nothing was sent', [], new Error('odd option'), 'invalid_request', true],
    ['a refusal', [['POST', 400]], refused(400), 'invalid_request', true],
    ['a refusal of the key', [['POST', 401]], refused(401), 'provider_unauthorized', true],
    ['no money', [['POST', 402]], refused(402), 'billing_hard_limit_reached', true],
    ['too many', [['POST', 429]], refused(429), 'rate_limit_exceeded', true],
    [
      'a refusal after an upload',
      [
        ['POST', 200],
        ['POST', 400],
      ],
      refused(400),
      'invalid_request',
      true,
    ],
    ['no connection', [['POST', undefined]], unreached, 'provider_unreachable', true],
    ['a server that broke', [['POST', 500]], refused(500), 'outcome_unknown', false],
    ['a time-out', [['POST', 408]], refused(408), 'outcome_unknown', false],
    ['an answer that makes no sense', [['POST', 200]], new Error('no id in it'), 'outcome_unknown', false],
    [
      'trouble after it was taken',
      [
        ['POST', 200],
        ['GET', 404],
      ],
      refused(404),
      'outcome_unknown',
      false,
    ],
    [
      'moderation after it was taken',
      [
        ['POST', 200],
        ['GET', 200],
      ],
      new Error('flagged by moderation'),
      'moderation_blocked',
      false,
    ],
  ];
  for (const [what, requests, error, code, isUnasked] of cases) {
    const wire = await wireAfter(...requests);
    const failure = startFailure(error, { model: 'acme/one', wire, secrets: [] }, false);
    assert.ok(failure instanceof JobFailure, what);
    assert.deepEqual([failure.code, failure.isUnasked], [code, isUnasked], what);
  }
});

test('of a connection that is not seen, only a model that does nothing but begin is believed', async () => {
  const wire = await wireAfter();
  await wire.commit();
  const context = { model: 'acme/one', wire, secrets: [] };
  for (const [asksOnly, code] of [
    [true, 'invalid_request'],
    [false, 'outcome_unknown'],
  ] as const) {
    const failure = startFailure(refused(400), context, asksOnly);
    assert.ok(failure instanceof JobFailure && failure.code === code);
  }
});

test('a gateway without a key leaves the job to another studio, one whose key is refused does not', async () => {
  const answer = { error: { message: 'No.', type: 'authentication_error' } };
  const failureWith = async (apiKey: string) => {
    const settings = { apiKey, fetch: async () => Response.json(answer, { status: 401 }) };
    const model = createGateway(settings).video('acme/one');
    const error = await experimental_startVideo({ model, prompt: 'a boat', maxRetries: 0 }).catch((caught) => caught);
    const wire = await wireAfter(['POST', 401]);
    return startFailure(error, { model: 'gateway/acme/one', wire, secrets: [] }, true);
  };
  assert.ok((await failureWith('')) instanceof NotHere);
  const refusal = await failureWith('abc');
  assert.ok(refusal instanceof JobFailure && refusal.code === 'provider_unauthorized', String(refusal));
});

test('where the asking could not be noted first, the reason stays what it is', async () => {
  const full = new VideoToolsetError('disk_full', 'The disk is full.');
  const failure = startFailure(full, { model: 'acme/one', wire: await wireAfter(), secrets: [] }, true);
  assert.equal(failure, full);
});

test('a refusal that a package wraps is a refusal', async () => {
  const wrapped = Object.assign(new Error('No.'), { cause: refused(429) });
  const wire = await wireAfter(['POST', 429]);
  const failure = startFailure(wrapped, { model: 'gateway/acme/one', wire, secrets: [] }, true);
  assert.ok(failure instanceof JobFailure && failure.code === 'rate_limit_exceeded' && failure.isUnasked);
});

test('a secret in the words of a provider is masked', async () => {
  const wire = await wireAfter(['POST', 401]);
  const failure = startFailure(
    refused(401, 'Bad key: abcdef123'),
    { model: 'acme/one', wire, secrets: ['abcdef123'] },
    true,
  );
  assert.equal(failure.message, 'acme/one refused: Bad key: [secret]');
});
