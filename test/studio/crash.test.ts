import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { until } from '../support/studio.ts';
import { openStudio } from './support.ts';

const noProc = process.platform === 'linux' ? false : 'reads /proc';

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );
}

test('a render that is killed from outside fails its own job only, and says so', { skip: noProc }, async () => {
  await using studio = await openStudio();
  const { id } = await studio.post('/videos', { prompt: 'a boat', seconds: '20' });
  await until(() => childrenOf(process.pid).length > 0);
  for (const child of childrenOf(process.pid)) process.kill(child, 'SIGKILL');
  await until(async () => (await studio.call('GET', `/videos/${id}`)).body.status === 'failed');
  const { body } = await studio.call('GET', `/videos/${id}`);
  assert.partialDeepStrictEqual(body, { error: { code: 'render_failed' } });
  assert.match(JSON.stringify(body.error), /stopped before it was done \(SIGKILL\)/);
  await studio.clip();
});
