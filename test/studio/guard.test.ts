import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { startStudio } from '../../lib/studio/server.ts';
import { assertNoKey, KEY } from '../support/key.ts';
import { ask, createJob, openStudio, reaches, type TestStudio } from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary.ts';

const OTHER = 'another-token-only-for-tests';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** With any header, such as a browser alone may set. */
function send(
  { baseUrl }: Pick<TestStudio, 'baseUrl'>,
  route: string,
  headers: Record<string, string> = {},
  method = 'GET',
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(route, baseUrl), { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => {
        text += more;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    outgoing.on('error', reject).end(body);
  });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const JSON_BODY = { 'content-type': 'application/json' };

test('beyond this machine the studio starts with a token only', async () => {
  await using folder = await temporaryFolder();
  for (const host of ['0.0.0.0', '::', '192.0.2.1']) {
    await assert.rejects(startStudio({ state: folder.path, host }), {
      code: 'invalid_configuration',
      message: `The studio listens on ${host}, beyond this machine, only where it asks for a token.`,
    });
  }
  for (const token of ['', 'short', 'with blanks in the middle'])
    await assert.rejects(startStudio({ state: folder.path, tokens: [token] }), { code: 'invalid_configuration' });
  const studio = await startStudio({ state: folder.path, host: '0.0.0.0', tokens: [KEY] });
  const port = new URL(studio.baseUrl).port;
  assert.equal((await fetch(`http://127.0.0.1:${port}/v1/videos`)).status, 401);
  assert.equal((await fetch(`http://127.0.0.1:${port}/v1/videos`, { headers: bearer(KEY) })).status, 200);
  await studio.close();
});

test('with tokens nothing but the health of the studio is told without one of them', async () => {
  await using studio = await openStudio({ tokens: [KEY, OTHER] });
  const wrong = [
    undefined,
    '',
    'Bearer',
    `Bearer ${KEY}x`,
    `Bearer ${KEY.slice(1)}`,
    `Basic ${KEY}`,
    KEY,
    `Bearer ${KEY},${OTHER}`,
  ];
  for (const route of [
    '/v1/videos',
    '/v1/videos/video_1',
    '/v1/videos/video_1/content',
    '/metrics',
    '/openapi.json',
    '/studio/jobs',
    '/studio/events',
    '/studio/choices',
    '/no',
  ]) {
    for (const authorization of wrong) {
      const { status, headers, body } = await send(studio, route, authorization === undefined ? {} : { authorization });
      assert.ok(status === 401 || status === 429, `${route} ${authorization} ${status}`);
      assert.match(String(headers['x-request-id']), /^req_/);
      assertNoKey('a refusal', body);
    }
  }
  assert.equal((await send(studio, '/healthz')).body, '{"status":"ok"}');
  for (const route of ['/', '/studio/page/main.js']) assert.equal((await send(studio, route)).status, 200, route);
  for (const token of [KEY, OTHER]) assert.equal((await send(studio, '/v1/videos', bearer(token))).status, 200);
});

test('who tries one token after the other is refused faster and faster, and not who has the right one', async () => {
  await using studio = await openStudio({ tokens: [KEY], limits: { failures: { perSecond: 0.1, burst: 3 } } });
  const statuses = [];
  for (let index = 0; index < 5; index++)
    statuses.push((await send(studio, '/v1/videos', bearer(`guess-number-${index}-of-many`))).status);
  assert.deepEqual(statuses, [401, 401, 401, 429, 429]);
  const { headers } = await send(studio, '/v1/videos', bearer('a-guess-of-16-chars'));
  assert.match(String(headers['retry-after']), /^\d+$/);
  assert.equal((await send(studio, '/v1/videos', bearer(KEY))).status, 200);
});

test('a person gets a cookie for a token, which scripts cannot read and other sites cannot send', async () => {
  await using studio = await openStudio({ tokens: [KEY, OTHER] });
  const login = (token: string) => send(studio, '/studio/session', JSON_BODY, 'POST', JSON.stringify({ token }));
  assert.equal((await login('something-else-entirely')).status, 401);
  const foreign = { ...JSON_BODY, origin: 'https://evil.example' };
  assert.equal((await send(studio, '/studio/session', foreign, 'POST', JSON.stringify({ token: KEY }))).status, 403);
  const { status, headers, body } = await login(OTHER);
  assert.deepEqual([status, body], [204, '']);
  const [cookie = ''] = headers['set-cookie'] ?? [];
  assert.match(cookie, /; Path=\/; HttpOnly; SameSite=Strict$/);
  assert.ok(!cookie.includes(OTHER));
  const { host } = new URL(studio.baseUrl);
  const behindTls = { ...JSON_BODY, host, origin: `https://${host}` };
  const secure = await send(studio, '/studio/session', behindTls, 'POST', JSON.stringify({ token: OTHER }));
  assert.match(String(secure.headers['set-cookie']), /; HttpOnly; SameSite=Strict; Secure$/);
  const [pair = ''] = cookie.split(';');
  assert.equal((await send(studio, '/v1/videos', { cookie: `a=b; ${pair}; c=d` })).status, 200);
  assert.equal((await send(studio, '/v1/videos', { cookie: `${pair}x` })).status, 401);
  assert.equal((await send(studio, '/v1/videos', { cookie: pair.slice(0, -3) })).status, 401);
});

test('whoever is not known yet sends no more than a token', async () => {
  await using studio = await openStudio({ tokens: [KEY] });
  const body = JSON.stringify({ token: 'x'.repeat(20_000) });
  assert.equal((await send(studio, '/studio/session', JSON_BODY, 'POST', body)).status, 413);
});

test('a studio without a token takes any, so that a page that has one in mind is not stopped', async () => {
  await using studio = await openStudio();
  const { status, headers } = await send(studio, '/studio/session', JSON_BODY, 'POST', '{"token":"any"}');
  assert.deepEqual([status, headers['set-cookie']], [204, undefined]);
});

test('a name that was made to point here is refused, an allowed one is served', async () => {
  await using studio = await openStudio({ allowedHosts: ['Studio.Example.org'] });
  const { port } = new URL(studio.baseUrl);
  const foreign = [
    'evil.example',
    `evil.example:${port}`,
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'a@localhost',
  ];
  for (const host of foreign) {
    const { status, body } = await send(studio, '/v1/videos', { host });
    assert.equal(status, 403, host);
    assert.match(body, /"code":"foreign_host"/);
  }
  for (const host of [`localhost:${port}`, '127.0.0.1', '[::1]:80', 'studio.example.org', 'STUDIO.EXAMPLE.ORG:443'])
    assert.equal((await send(studio, '/v1/videos', { host })).status, 200, host);
  assert.equal((await send(studio, '/healthz', { host: '10.0.0.7' })).status, 200);
});

test('beyond this machine any name will do, for nobody comes in by a name alone', async () => {
  await using studio = await openStudio({ host: '0.0.0.0', tokens: [KEY] });
  assert.equal((await send(studio, '/v1/videos', { host: 'studio.lan', ...bearer(KEY) })).status, 200);
  assert.equal((await send(studio, '/v1/videos', { host: 'studio.lan' })).status, 401);
});

test('a page of another origin changes nothing, and its own page does', async () => {
  await using studio = await openStudio({ allowedHosts: ['studio.example.org'] });
  const { host } = new URL(studio.baseUrl);
  const id = await createJob(studio.baseUrl);
  const create = (headers: Record<string, string>) =>
    send(studio, '/v1/videos', { ...JSON_BODY, ...headers }, 'POST', '{"prompt":"x"}');
  const form = '--x\r\ncontent-disposition: form-data; name="prompt"\r\n\r\na boat\r\n--x--\r\n';
  const multipart = { 'content-type': 'multipart/form-data; boundary=x' };
  for (const origin of ['https://evil.example', 'null', 'http://localhost:1', `http://${host}.evil.example`]) {
    const answers = [
      await create({ origin }),
      await send(studio, '/v1/videos', { origin, ...multipart }, 'POST', form),
      await send(studio, `/v1/videos/${id}`, { origin }, 'DELETE'),
    ];
    for (const { status, body } of answers) {
      assert.equal(status, 403, origin);
      assert.match(body, /"code":"foreign_origin"/);
    }
  }
  assert.equal(
    (await send(studio, '/v1/videos', { origin: `http://${host}`, ...multipart }, 'POST', form)).status,
    200,
  );
  assert.equal((await create({ origin: `http://${host}` })).status, 200);
  assert.equal((await create({ origin: 'https://studio.example.org', host: 'studio.example.org' })).status, 200);
});

test('pages of chosen origins may use the studio with a token, and no other one is told of', async () => {
  const origin = 'https://app.example.org';
  await using studio = await openStudio({ tokens: [KEY], cors: [origin] });
  const ask = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };
  const preflight = await send(studio, '/v1/videos', { origin, ...ask }, 'OPTIONS');
  assert.equal(preflight.status, 204);
  assert.partialDeepStrictEqual(preflight.headers, {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
    vary: 'origin',
  });
  assert.match(String(preflight.headers['access-control-allow-headers']), /authorization/);
  const created = await send(studio, '/v1/videos', { origin, ...JSON_BODY, ...bearer(KEY) }, 'POST', '{"prompt":"x"}');
  assert.deepEqual([created.status, created.headers['access-control-allow-origin']], [200, origin]);
  const refused = await send(studio, '/v1/videos', { origin });
  assert.deepEqual([refused.status, refused.headers['access-control-allow-origin']], [401, origin]);
  for (const other of ['https://evil.example', 'https://app.example.org.evil.example', 'null']) {
    const answer = await send(studio, '/v1/videos', { origin: other, ...ask }, 'OPTIONS');
    assert.notEqual(answer.status, 204);
    const read = await send(studio, '/v1/videos', { origin: other, ...bearer(KEY) });
    for (const { headers } of [answer, read]) assert.equal(headers['access-control-allow-origin'], undefined, other);
  }
});

test('without a list of origins no page of another one is let in', async () => {
  await using studio = await openStudio();
  const { headers } = await send(studio, '/v1/videos', { origin: 'https://app.example.org' });
  assert.equal(headers['access-control-allow-origin'], undefined);
});

test('each token has its own rate, and new jobs one of theirs', async () => {
  const limits = { requests: { perSecond: 0.1, burst: 10 }, creates: { perSecond: 0.1, burst: 2 } };
  await using studio = await openStudio({ tokens: [KEY, OTHER], limits });
  const create = (token: string) =>
    send(studio, '/v1/videos', { ...JSON_BODY, ...bearer(token) }, 'POST', '{"prompt":"x"}');
  const creates = [await create(KEY), await create(KEY), await create(KEY)];
  assert.deepEqual(
    creates.map(({ status }) => status),
    [200, 200, 429],
  );
  assert.match(creates[2]?.body ?? '', /"code":"rate_limit_exceeded"/);
  assert.equal(creates[2]?.headers['retry-after'], '10');
  const reads = [];
  for (let index = 0; index < 9; index++) reads.push((await send(studio, '/v1/videos', bearer(KEY))).status);
  assert.deepEqual(reads, [...Array(7).fill(200), 429, 429]);
  assert.equal((await create(OTHER)).status, 200);
});

test('without a token there is no rate: whoever is on this machine may have all of it', async () => {
  await using studio = await openStudio({ limits: { requests: { perSecond: 0.1, burst: 1 } } });
  const id = await createJob(studio.baseUrl);
  await reaches(studio.baseUrl, id, 'completed');
  for (let index = 0; index < 5; index++) assert.equal((await ask(`${studio.baseUrl}/videos/${id}`)).status, 200);
});
