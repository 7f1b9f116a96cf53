import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startStudio } from '../../lib/studio/server.ts';
import { ask, createJob, reaches, testEngine, untilStopped } from '../support/studio.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PARTS = 50;

/** A connection on which half of a request has arrived. */
async function halfRequest(baseUrl: string) {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let text = '';
  socket.setEncoding('latin1').on('data', (more) => {
    text += more;
  });
  const closed = new Promise<string>((resolve) => socket.on('error', () => undefined).on('close', () => resolve(text)));
  const body = '{"prompt":"a boat"}';
  const head = ['POST /v1/videos HTTP/1.1', 'host: localhost', 'content-type: application/json'];
  socket.write(`${[...head, `content-length: ${body.length}`].join('\r\n')}\r\n\r\n${body.slice(0, 5)}`);
  return { finish: () => socket.write(body.slice(5)), closed };
}

test('a studio that is stopped answers what has begun, takes nothing new, and gives its renders back', async () => {
  await using folder = await temporaryFolder();
  const studio = await startStudio({ state: folder.path, engine: testEngine(untilStopped), concurrency: 1 });
  const id = await createJob(studio.baseUrl);
  await reaches(studio.baseUrl, id, 'in_progress');
  const begun = await halfRequest(studio.baseUrl);
  await ask(`${studio.baseUrl}/videos`);
  const stopped = studio.close();
  for (let attempt = 0; attempt < PARTS; attempt++) {
    const isRefused = await fetch(`${studio.baseUrl}/videos`).then(
      ({ status }) => status === 503,
      () => true,
    );
    if (isRefused) break;
  }
  await assert.rejects(fetch(`${studio.baseUrl}/videos`));
  begun.finish();
  assert.match(await begun.closed, /^HTTP\/1\.1 200 /);
  await stopped;
  const next = await startStudio({ state: folder.path, engine: testEngine() });
  await reaches(next.baseUrl, id, 'completed');
  await next.close();
});

test('pages that listen do not hold a studio up', async () => {
  await using folder = await temporaryFolder();
  const studio = await startStudio({ state: folder.path, engine: testEngine(), limits: { graceMs: 60_000 } });
  const { headers, body } = await fetch(new URL('/studio/events', studio.baseUrl));
  assert.match(headers.get('x-request-id') ?? '', /^req_/);
  await studio.close();
  for await (const _chunk of body ?? []);
});

test('a request that never ends holds a studio up for some seconds only', async () => {
  await using folder = await temporaryFolder();
  const studio = await startStudio({ state: folder.path, engine: testEngine(), limits: { graceMs: 100 } });
  const begun = await halfRequest(studio.baseUrl);
  await ask(`${studio.baseUrl}/videos`);
  await studio.close();
  assert.equal(await begun.closed, '');
});
