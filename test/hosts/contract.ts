import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { createVideoToolset } from '../../lib/index.ts';
import type { ToolPreset } from '../../types/config.ts';
import type { Tool } from '../../types/tool.ts';
import { assertNoKey } from '../support/key.ts';
import { openStudio, testEngine } from '../support/studio.ts';
import { moneyContract } from './contractMoney.ts';
import type { HostKind, ListedTool } from './host.ts';
import { nextPoll, openHost, openPaidHost, succeeded } from './place.ts';

const CLIP = { prompt: 'A paper boat', seconds: 4, size: '1280x720' };

/** What every host has to make of the tools, whatever its own client or loop is like. */
export function hostContract(kind: HostKind): void {
  describe(kind.name, () => {
    for (const preset of ['produce', 'chain', 'readonly', 'all'] satisfies ToolPreset[]) {
      test(`shows its model the tools of ${preset}, with their descriptions and with schemas that take their arguments`, async () => {
        await using place = await openHost(kind, { baseUrl: 'http://127.0.0.1:9', tools: preset });
        const shown = await place.host.tools();
        const tools = createVideoToolset({ baseUrl: 'http://127.0.0.1:9', tools: preset });
        assert.deepEqual(
          shown.map(({ name }) => name),
          tools.map(({ name }) => name),
        );
        for (const [index, tool] of tools.entries()) assertShown(shown[index], tool);
      });
    }

    test('a clip is created, and the next step is named', async () => {
      await using place = await openPaidHost(kind);
      const created = succeeded(await place.host.call('video_create', CLIP));
      const [paid, ...more] = (await place.provider.books()).jobs;
      assert.ok(paid && more.length === 0);
      assert.equal(created.jobs?.[0]?.id, paid.id);
      assert.equal(created.next_step, `Call video_wait with {"ids":["${paid.id}"]}`);
    });

    test('a clip is waited for, and progress is shown where the host can show it', async () => {
      const gate = Promise.withResolvers<void>();
      const engine = testEngine(async ({ onProgress }) => {
        onProgress(1, 5);
        await gate.promise;
      });
      await using studio = await openStudio({ engine });
      await using place = await openHost(kind, { baseUrl: studio.baseUrl });
      const created = succeeded(await place.host.call('video_create', CLIP));
      const id = created.jobs?.[0]?.id;
      let shown = 0;
      const onProgress = () => {
        if (++shown === 2) gate.resolve();
      };
      // Without progress nobody knows but the server that the job is waited for.
      if (kind.lacks?.progress !== undefined) nextPoll().then(gate.resolve);
      const waited = succeeded(await place.host.call('video_wait', { ids: [id] }, { onProgress }));
      assert.deepEqual([waited.jobs?.[0]?.id, waited.jobs?.[0]?.status], [id, 'completed']);
      if (kind.lacks?.progress === undefined) assert.ok(shown >= 2, `${shown} reports`);
    });

    test('a clip is produced: its published file is there, and holds what the server made', async () => {
      await using place = await openPaidHost(kind);
      const produced = succeeded(await place.host.call('video_produce', CLIP));
      const [paid] = await place.provider.paid(CLIP.prompt);
      const [file] = produced.published ?? [];
      assert.ok(paid && file);
      assert.deepEqual([file.bytes, file.sha256], [paid.bytes, paid.sha256]);
      for (const location of [fileURLToPath(file.url), path.join(place.workspace, file.path)])
        assert.equal(
          createHash('sha256')
            .update(await readFile(location))
            .digest('hex'),
          paid.sha256,
        );
    });

    test('a job that fails is told with its code, where the money is, and what to do', async () => {
      await using place = await openPaidHost(kind);
      const { told, isError } = await place.host.call('video_produce', { ...CLIP, prompt: 'A boat [fails]' });
      assert.equal(isError, true);
      const [paid] = (await place.provider.books()).jobs;
      assert.deepEqual([told.error?.code, told.error?.submitted, told.error?.job_id], ['job_failed', 'yes', paid?.id]);
      assert.match(told.summary, /The GPU ran out of memory/);
      assert.ok(told.error?.next_step);
      assertNoKey('what the model is told', told);
    });

    test('wrong arguments are told so that they can be corrected, and nothing is sent', async () => {
      await using place = await openPaidHost(kind);
      for (const [input, problem] of [
        [{ ...CLIP, seconds: 'long' }, /seconds must be integer/],
        [{ ...CLIP, colour: 'red' }, /there is no parameter "colour"/],
        [{ seconds: 4 }, /prompt is missing/],
      ] as const) {
        const { told, isError } = await place.host.call('video_create', input);
        assert.deepEqual([isError, told.error?.code, told.error?.submitted], [true, 'invalid_argument', 'no']);
        assert.match(told.summary, problem);
        assert.match(String(told.error?.next_step), /^Correct the arguments and call video_create again/);
      }
      assert.equal((await place.provider.books()).creates, 0);
    });

    moneyContract(kind, CLIP);
  });
}

function assertShown(shown: ListedTool | undefined, tool: Tool): void {
  assert.ok(shown, tool.name);
  assert.equal(shown.description, tool.description);
  const { type, properties = {}, required = [], additionalProperties } = Object(shown.parameters);
  assert.deepEqual([type, additionalProperties], ['object', false], tool.name);
  assert.deepEqual(Object.keys(properties), Object.keys(tool.parameters.properties));
  for (const [name, { description }] of Object.entries(tool.parameters.properties))
    assert.equal(properties[name].description, description, `${tool.name}: ${name}`);
  const ajv = new Ajv2020({ allowUnionTypes: true });
  const isAccepted = ajv.compile(shown.parameters);
  // A strict host requires everything, with null for what is left out.
  const given: Record<string, unknown> = Object.fromEntries([...required].map((name: string) => [name, null]));
  for (const name of tool.parameters.required) {
    const { type: wanted } = Object(tool.parameters.properties[name]);
    given[name] = wanted === 'array' ? ['x'] : wanted === 'integer' ? 4 : 'x';
  }
  assert.ok(isAccepted(given), `${tool.name}: ${ajv.errorsText(isAccepted.errors)}`);
  for (const name of tool.parameters.required) {
    const { [name]: _missing, ...rest } = given;
    assert.equal(isAccepted(rest), false, `${tool.name} needs ${name}`);
  }
}
