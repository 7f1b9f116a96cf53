import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openClient } from './client.ts';
import type { Operation } from './dialect.ts';
import { startAzure } from './servers/azure.ts';
import { startLitellm } from './servers/litellm.ts';
import { startNewApi } from './servers/newApi.ts';
import { startOpenai } from './servers/openai.ts';
import { startSglang } from './servers/sglang.ts';
import { startEmbeddedStudio } from './servers/studio.ts';
import { startTrtllm } from './servers/trtllm.ts';
import { startVllmOmni } from './servers/vllmOmni.ts';

const STARTS = [
  startOpenai,
  startAzure,
  startSglang,
  startVllmOmni,
  startLitellm,
  startTrtllm,
  startNewApi,
  startEmbeddedStudio,
];
const OPERATIONS = {
  list: 'list',
  delete: 'delete',
  remix: 'remix',
  edit: 'edit',
  extend: 'extend',
  characters: 'createCharacter',
} as const satisfies Record<string, Operation>;

for (const start of STARTS) {
  for (const named of [true, false]) {
    test(`a probe of ${start.name.replace('start', '')}, its dialect ${named ? 'named' : 'not named'}, makes no job and contradicts nothing`, async () => {
      await using dialect = await start();
      const { baseUrl, server, connection, offers, refuses } = dialect;
      await using client = await openClient({ baseUrl, ...connection, server: named ? server : 'auto' });
      const report = await client.api.probe();
      assert.equal(dialect.created, 0);
      assert.equal(report.reachable, true);
      assert.notEqual(report.authorised, 'no');
      for (const [name, operation] of Object.entries(OPERATIONS)) {
        const answer = Object.entries(report.operations).find(([key]) => key === name)?.[1];
        if (offers.includes(operation)) assert.notEqual(answer, 'no', `${name} is offered`);
        if (refuses.includes(operation)) assert.notEqual(answer, 'yes', `${name} is not offered`);
      }
    });
  }
}

test('a probe says whether deleting stops a running job, which the servers do differently', async () => {
  for (const [start, said] of [
    [startSglang, 'no'],
    [startVllmOmni, 'yes'],
  ] as const) {
    await using dialect = await start();
    const { baseUrl, server, connection } = dialect;
    await using client = await openClient({ baseUrl, ...connection, server });
    assert.equal((await client.api.probe()).deleteStops, said);
  }
});

test('a key that is not accepted is said, and nothing more is asked', async () => {
  await using dialect = await startVllmOmni();
  await using client = await openClient({ baseUrl: dialect.baseUrl, server: 'vllm-omni', apiKey: 'another-key' });
  const { authorised, operations } = await client.api.probe();
  assert.deepEqual([authorised, operations.remix, dialect.received.length], ['no', 'unknown', 1]);
});
