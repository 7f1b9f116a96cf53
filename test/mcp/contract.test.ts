import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '@modelcontextprotocol/client';
import { ask, field } from '../support/studio.ts';
import { dataOf, type Era, type Line, openPlace } from './support.ts';

const SIZE = { size: '1280x720' };

for (const [line, era] of [
  ['stdio', '2025'],
  ['stdio', '2026'],
  ['http', '2025'],
  ['http', '2026'],
] satisfies [Line, Era][]) {
  describe(`MCP over ${line}, protocol of ${era}`, () => {
    test('lists tools, prompts and templates as they are', async () => {
      await using place = await openPlace(line, era);
      const client = await place.connect();
      assert.equal(client.getServerVersion()?.name, 'video-toolset');
      assert.equal(String(client.getNegotiatedProtocolVersion()).slice(0, 4), era);
      const { tools } = await client.listTools();
      const create = tools.find(({ name }) => name === 'video_create');
      const retrieve = tools.find(({ name }) => name === 'video_retrieve');
      assert.ok(create && retrieve && tools.some(({ name }) => name === 'cdn_delete'));
      assert.deepEqual(create.annotations, {
        title: 'Create a video',
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: false,
        openWorldHint: true,
      });
      assert.equal(retrieve.annotations?.readOnlyHint, true);
      assert.deepEqual(create.inputSchema.required, ['prompt']);
      assert.deepEqual(create.outputSchema?.required, ['summary']);
      const { prompts } = await client.listPrompts();
      assert.deepEqual(
        prompts.map(({ name }) => name),
        ['make_clip', 'storyboard'],
      );
      const { messages } = await client.getPrompt({ name: 'make_clip', arguments: { idea: 'a red kite' } });
      assert.match(JSON.stringify(messages), /a red kite.*video_produce/s);
      await assert.rejects(client.getPrompt({ name: 'make_clip', arguments: {} }), /idea is missing/);
      await assert.rejects(client.getPrompt({ name: 'dance' }), /no prompt "dance"/);
      const { resourceTemplates } = await client.listResourceTemplates();
      assert.equal(resourceTemplates[0]?.uriTemplate, 'video-toolset://workspace/{+path}{?offset,length}');
      await assert.rejects(client.callTool({ name: 'dance' }), /no tool "dance".*video_create/);
    });

    test('a clip is created, waited for and produced, with rising progress, and read as a resource', async () => {
      await using place = await openPlace(line, era);
      const client = await place.connect();
      const progress: Progress[] = [];
      const created = dataOf(
        await client.callTool({ name: 'video_create', arguments: { prompt: 'a gated kite', seconds: '4', ...SIZE } }),
      );
      const [job] = created.jobs ?? [];
      assert.ok(job);
      const waited = dataOf(
        await client.callTool(
          { name: 'video_wait', arguments: { ids: [job.id] } },
          {
            onprogress(report) {
              if (progress.push(report) === 3) place.open();
            },
          },
        ),
      );
      assert.equal(waited.jobs?.[0]?.status, 'completed');
      assert.ok(progress.length >= 3, `${progress.length} reports`);
      for (const [index, { progress: value, total, message }] of progress.entries()) {
        assert.ok(value > (progress[index - 1]?.progress ?? -1) && value <= 100, JSON.stringify(progress));
        assert.equal(total, 100);
        assert.match(String(message), new RegExp(job.id));
      }

      const result = await client.callTool({
        name: 'video_produce',
        arguments: { prompt: 'a gated kite', seconds: 4, ...SIZE },
      });
      const produced = dataOf(result);
      assert.deepEqual(
        [result.isError, produced.jobs?.[0]?.id],
        [undefined, job.id],
        'the same clip is not made twice',
      );
      const [file] = produced.published ?? [];
      const [text, link, ...rest] = result.content;
      assert.ok(file && text?.type === 'text' && link?.type === 'resource_link' && rest.length === 0);
      assert.deepEqual(JSON.parse(text.text), result.structuredContent);
      assert.deepEqual([link.mimeType, link.size], ['video/mp4', file.bytes]);
      const { resources } = await client.listResources();
      assert.ok(resources.some(({ uri }) => uri === link.uri));
      const [content] = (await client.readResource({ uri: link.uri })).contents;
      assert.ok(content && 'blob' in content);
      const bytes = Buffer.from(content.blob, 'base64');
      assert.equal(createHash('sha256').update(bytes).digest('hex'), file.sha256);
    });

    test('a client that cannot ask is told so, and one that asks who refused', async () => {
      await using place = await openPlace(line, era);
      const clip = { name: 'video_create', arguments: { prompt: 'a castle', seconds: 8, ...SIZE } };
      const alone = dataOf(await (await place.connect()).callTool(clip));
      assert.match(alone.summary, /nobody can be asked here/);
      const asking = await place.connect({ name: 'asking', answer: () => ({ action: 'decline' }) });
      const refused = dataOf(await asking.callTool(clip));
      assert.match(refused.summary, /it was refused/);
      assert.deepEqual(await jobsOf(place.baseUrl), [], 'nothing was made');
    });

    test('a wait ends in time and says how to go on; a cancelled call leaves the job alone', async () => {
      await using place = await openPlace(line, era, { VIDEO_WAIT_MS: '400' });
      const client = await place.connect();
      const started = performance.now();
      const produced = dataOf(
        await client.callTool({ name: 'video_produce', arguments: { prompt: 'endless', seconds: 4, ...SIZE } }),
      );
      assert.ok(performance.now() - started < 15_000);
      const [job] = produced.jobs ?? [];
      assert.match(String(produced.next_step), /^Call video_produce with \{"key":"clip-/);

      await using patient = await openPlace(line, era);
      const other = await patient.connect();
      const stop = new AbortController();
      const call = other.callTool(
        { name: 'video_produce', arguments: { prompt: 'endless', seconds: 4, ...SIZE } },
        {
          signal: stop.signal,
          onprogress: () => stop.abort(),
        },
      );
      await assert.rejects(call);
      // The news has to arrive first, and a poll may be under way.
      const polls: number[] = [];
      while (polls.at(-1) !== 0 && polls.length < 3) polls.push(await requestsWithin(600));
      assert.equal(polls.at(-1), 0, `the job is asked for no more: ${polls}`);
      const jobs = await jobsOf(patient.baseUrl);
      assert.deepEqual(
        jobs.map(({ status }) => status),
        ['in_progress'],
      );
      const again = dataOf(await other.callTool({ name: 'video_retrieve', arguments: { id: jobs[0]?.id } }));
      assert.equal(again.jobs?.[0]?.status, 'in_progress');
      assert.ok(job);
    });

    test('two clients at once have sessions of their own', async () => {
      await using place = await openPlace(line, era);
      const clients = await Promise.all([place.connect({ name: 'one' }), place.connect({ name: 'two' })]);
      const clip = { name: 'video_produce', arguments: { prompt: 'a twin', seconds: 4, ...SIZE } };
      // One after the other: a clip that is being made is found by everybody.
      const made: (string | undefined)[] = [];
      for (const client of [...clients, ...clients]) made.push(dataOf(await client.callTool(clip)).jobs?.[0]?.id);
      const [one, two] = made;
      assert.notEqual(one, two);
      assert.deepEqual(made, [one, two, one, two]);
      const listed = await Promise.all(
        clients.map(async (client) => dataOf(await client.callTool({ name: 'video_list' })).jobs?.length),
      );
      assert.deepEqual(listed, [2, 2]);
    });
  });
}

/** How often any server of this process is asked in that time. */
async function requestsWithin(ms: number): Promise<number> {
  let count = 0;
  const listener = () => {
    count++;
  };
  subscribe('http.server.request.start', listener);
  await sleep(ms);
  unsubscribe('http.server.request.start', listener);
  return count;
}

async function jobsOf(baseUrl: string): Promise<{ id: string; status: string }[]> {
  const { body } = await ask(`${baseUrl}/videos`);
  return Object(body).data.map((job: unknown) => ({ id: field(job, 'id'), status: field(job, 'status') }));
}
