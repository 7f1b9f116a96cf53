import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { checkReference, noReference } from './contract.ts';
import { CHECKED, FINDINGS } from './everyAnswer.ts';
import { temporaryFolder } from './temporary.ts';

const JOB = {
  ...{
    id: `video_${'0'.repeat(24)}`,
    object: 'video',
    model: 'animatic',
    status: 'queued',
    progress: 0,
    created_at: 1,
  },
  ...{ completed_at: null, expires_at: null, prompt: 'a boat', size: '1280x720', seconds: '4' },
  ...{ remixed_from_video_id: null, error: null, source_video_id: null, seed: 7, notice: 'A preview.' },
};

/** What is found wrong with an answer of a server in a process of its own, which asks itself. */
async function findings(body: unknown, route = '/v1/videos/video_1', status = 200, environment = {}) {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'findings');
  const script = `
    import fastify from 'fastify';
    const server = fastify();
    server.get('/*', (_request, reply) => reply.code(${status}).send(${JSON.stringify(body)}));
    await fetch(await server.listen({ port: 0, host: '127.0.0.1' }) + '${route}');
    await server.close();`;
  const { status: code } = spawnSync(process.execPath, [...CHECKED, '--input-type=module', '-e', script], {
    env: { ...process.env, [FINDINGS]: file, ...environment },
    encoding: 'utf8',
  });
  return { code, found: existsSync(file) ? readFileSync(file, 'utf8') : '' };
}

test('an answer as it is described is let pass', async () => {
  assert.deepEqual(await findings(JOB), { code: 0, found: '' });
  const error = { message: 'No.', type: 'invalid_request_error', param: null, code: null };
  assert.deepEqual(await findings({ error }, '/anything', 404), { code: 0, found: '' });
});

test('an answer that is not as described is noted in a child process, and thrown elsewhere', async () => {
  const { seed: _seed, ...withoutSeed } = JOB;
  assert.match((await findings(withoutSeed)).found, /must have required property 'seed'/);
  assert.match((await findings({ detail: 'gone' }, '/v1/videos/none', 404)).found, /required property 'error'/);
  assert.match((await findings(JOB, '/v1/nothing')).found, /is not described/);
  assert.match((await findings('text', '/v1/videos/video_1/content')).found, /is not described/);
  assert.equal((await findings(withoutSeed, undefined, 200, { [FINDINGS]: undefined })).code, 1);
});

test("the reference's own rules count too", { skip: noReference }, () => {
  const check = (answer: object) => checkReference?.('GET', 'http://studio/v1/videos/video_1', 200, answer);
  assert.doesNotThrow(() => check(JOB));
  assert.throws(() => check({ ...JOB, size: undefined }), /required property 'size'/);
});
