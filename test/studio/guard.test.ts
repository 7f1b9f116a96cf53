import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { createJob, openStudio } from '../support/studio.ts';

interface Answer {
  status: number;
  body: string;
  headers: Record<string, string | string[] | undefined>;
}

/** fetch() lets nobody write a Host of their own. */
function send(url: string, method: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, headers });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      text(response).then(
        (content) => resolve({ status: response.statusCode ?? 0, body: content, headers: response.headers }),
        reject,
      );
    });
    outgoing.end(body);
  });
}

const JSON_BODY = { 'content-type': 'application/json' };
const TOKEN = 'harbour-lantern-0123456789';

test('a name that was made to point here is refused, whatever it asks', async () => {
  await using studio = await openStudio({ allowedHosts: ['Clips.example'] });
  const { port } = new URL(studio.baseUrl);
  const ask = (host: string) => send(`${studio.baseUrl}/videos`, 'GET', { host });
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    'localhost.evil.example',
    '127.0.0.1@evil.example',
    '0x',
  ]) {
    const { status, body } = await ask(host);
    assert.equal(status, 403, `${host}: ${body}`);
    assert.equal(JSON.parse(body).error.code, 'foreign_host');
  }
  for (const host of [`127.0.0.1:${port}`, 'localhost', `[::1]:${port}`, 'LOCALHOST:1', 'clips.example'])
    assert.equal((await ask(host)).status, 200, host);
});

test("another origin's page can start nothing and delete nothing, whatever form its request has", async () => {
  await using studio = await openStudio({ allowedHosts: ['clips.example'] });
  const id = await createJob(studio.baseUrl);
  const { origin: own } = new URL(studio.baseUrl);
  const boundary = 'x';
  const form = `--x\r\ncontent-disposition: form-data; name="prompt"\r\n\r\na boat\r\n--x--\r\n`;
  const multipart = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  for (const origin of ['https://evil.example', 'null', 'http://localhost:1', `${own}0`, 'http://clips.example.evil']) {
    const answers = [
      await send(`${studio.baseUrl}/videos`, 'POST', { origin, ...multipart }, form),
      await send(`${studio.baseUrl}/videos`, 'POST', { origin, ...JSON_BODY }, '{"prompt":"a boat"}'),
      await send(`${studio.baseUrl}/videos/${id}`, 'DELETE', { origin }),
    ];
    for (const { status, body } of answers) assert.equal(status, 403, `${origin}: ${body}`);
  }
  const list: Answer = await send(`${studio.baseUrl}/videos`, 'GET', { origin: 'https://evil.example' });
  assert.equal(JSON.parse(list.body).data.length, 1);
  assert.equal(list.headers['access-control-allow-origin'], undefined, 'which no page may read');
  for (const origin of [own, 'https://clips.example']) {
    const { status } = await send(`${studio.baseUrl}/videos`, 'POST', { origin, ...multipart }, form);
    assert.equal(status, 200, origin);
  }
});

test('a bad Host is of no interest to a studio that listens beyond this machine', async () => {
  await using studio = await openStudio({ host: '0.0.0.0' });
  assert.equal((await send(`${studio.baseUrl}/videos`, 'GET', { host: 'studio.lan' })).status, 200);
});

test('with a token, nothing is told without it but the page itself', async () => {
  await using studio = await openStudio({ token: TOKEN });
  const { origin } = new URL(studio.baseUrl);
  const ask = async (path: string, headers: Record<string, string> = {}) =>
    (await send(`${origin}${path}`, 'GET', headers)).status;
  for (const path of ['/v1/videos', '/studio/jobs', '/studio/events', '/studio/choices', '/openapi.json', '/none']) {
    assert.equal(await ask(path), 401, path);
    assert.equal(await ask(path, { authorization: `Bearer ${TOKEN}x` }), 401, path);
    assert.equal(await ask(path, { cookie: `studio_${new URL(origin).port}=${TOKEN}` }), 401, path);
  }
  assert.equal(await ask('/v1/videos', { authorization: `Bearer ${TOKEN}` }), 200);
  for (const path of ['/', '/studio/page/main.js']) assert.equal(await ask(path), 200, path);
});

test('the token is given once for a cookie, which no script can read and no other page brings', async () => {
  await using studio = await openStudio({ token: TOKEN });
  const { origin } = new URL(studio.baseUrl);
  const logIn = (token: string, headers = {}) =>
    send(`${origin}/studio/session`, 'POST', { ...JSON_BODY, ...headers }, JSON.stringify({ token }));
  assert.equal((await logIn('wrong')).status, 401);
  assert.equal((await logIn(TOKEN, { origin: 'https://evil.example' })).status, 403);
  const { status, headers } = await logIn(TOKEN);
  assert.equal(status, 204);
  const [cookie = ''] = headers['set-cookie'] ?? [];
  assert.match(cookie, /; Path=\/; HttpOnly; SameSite=Strict$/);
  assert.ok(!cookie.includes(TOKEN));
  const [pair = ''] = cookie.split(';');
  assert.equal((await send(`${origin}/studio/jobs`, 'GET', { cookie: `a=b; ${pair}; c=d` })).status, 200);
  assert.equal((await send(`${origin}/studio/jobs`, 'GET', { cookie: `${pair}x` })).status, 401);
});

test('a studio without a token takes any, so that a page that has one in mind is not stopped', async () => {
  await using studio = await openStudio();
  const { origin } = new URL(studio.baseUrl);
  const { status, headers } = await send(`${origin}/studio/session`, 'POST', JSON_BODY, '{"token":"any"}');
  assert.deepEqual([status, headers['set-cookie']], [204, undefined]);
});
