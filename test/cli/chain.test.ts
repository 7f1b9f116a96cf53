import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { KEY } from '../support/key.ts';
import { type CommandLine, type Document, documentOf, openCommandLine } from './support.ts';

async function json(cli: CommandLine, ...args: string[]): Promise<Document> {
  const outcome = await cli.run([...args, '--json']);
  assert.equal(outcome.code, 0, `${args.join(' ')}: ${outcome.stderr}`);
  return documentOf(outcome);
}

const sha256Of = async (file: string | URL) =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

/** Create, wait, retrieve, list, download, publish, delete: each a process of its own. */
async function checkChain(cli: CommandLine): Promise<void> {
  const [created] = (await json(cli, 'create', 'A paper boat', '--seconds', '4', '--size', '1280x720')).jobs ?? [];
  const id = created?.id ?? '-';
  assert.equal((await cli.run(['download', id])).code, 4, 'a clip that is not ready is exit code 4');
  const [done] = (await json(cli, 'wait', id)).jobs ?? [];
  assert.equal(done?.status, 'completed');
  assert.ok(done);
  assert.deepEqual((await json(cli, 'retrieve', id)).jobs, [done]);
  const { key, ...listed } = done;
  assert.match(key ?? '', /^clip-/);
  assert.deepEqual((await json(cli, 'list')).jobs, [listed], 'the list is the server’s, which knows no keys');
  const [file] = (await json(cli, 'download', id)).files ?? [];
  assert.ok(file);
  assert.ok(path.isAbsolute(file.path));
  assert.equal(await sha256Of(file.path), file.sha256);
  assert.deepEqual((await json(cli, 'download', id)).files, [file], 'a repeated download is harmless');
  const [thumbnail] = (await json(cli, 'download', id, '--variant', 'thumbnail')).files ?? [];
  assert.equal(thumbnail?.content_type, 'image/webp');
  const [published] = (await json(cli, 'publish', file.path)).published ?? [];
  assert.ok(published);
  assert.equal(published.path, file.path);
  assert.equal(published.sha256, file.sha256);
  assert.equal(await sha256Of(new URL(published.url)), file.sha256);
  assert.deepEqual((await json(cli, 'delete', id, '--yes')).deleted, [id]);
  assert.deepEqual((await json(cli, 'list')).jobs, []);
}

test('the commands make and publish a clip over a studio of its own', async () => {
  await using cli = await openCommandLine();
  const studio = cli.start(['studio', '--port', '0', '--json']);
  const address: { base_url: string } = JSON.parse(await studio.line(/base_url/));
  await using client = await openCommandLine({ VIDEO_BASE_URL: address.base_url });
  await checkChain(client);
  studio.child.kill('SIGINT');
  const { code, stdout } = await studio.ended;
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), address);
});

test('the studio says what makes the clips of a mapped model, and refuses a map that leads nowhere', async () => {
  await using cli = await openCommandLine({
    VIDEO_STUDIO_MODELS: 'sora-2-pro=animatic,ray=fal/luma-dream-machine/ray-2,veo=google/veo-3.1-generate-preview',
    FAL_KEY: KEY,
  });
  const studio = cli.start(['studio', '--json', '--model-map', 'sora-2=nobody/one', '--model-map', 'b=animatic']);
  const address: { base_url: string } = JSON.parse(await studio.line(/base_url/));
  const make = async (model: string) => {
    const body = JSON.stringify({ prompt: 'a boat', model });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${address.base_url}/videos`, { method: 'POST', headers, body });
    return [response.status, Object(await response.json())] as const;
  };
  const [status, { error }] = await make('sora-2');
  assert.deepEqual([status, error.code], [400, 'model_not_found']);
  for (const model of ['b', 'sora-2-pro']) {
    const [made, job] = await make(model);
    assert.deepEqual([made, job.model, job.requested_model], [200, 'animatic', model]);
  }
  studio.child.kill('SIGINT');
  const { stderr } = await studio.ended;
  assert.match(stderr, /^ray is made by fal\/luma-dream-machine\/ray-2, which costs/m);
  assert.match(stderr, /^veo leads to google\S+, which cannot be used yet: .*Set GOOGLE_GENERATIVE_AI_API_KEY/m);
  assert.match(stderr, /^sora-2 leads to nobody\/one, which cannot be used yet: .*<provider>\/<model>/m);
  const refused = await cli.run(['studio', '--model-map', 'sora-2=veo']);
  assert.equal(refused.code, 2, refused.stderr);
  assert.match(refused.stderr, /sora-2.*must go to animatic or to <provider>\/<model>/);
});

test('the commands make and publish a clip without a server, from process to process', async () => {
  await using cli = await openCommandLine();
  await checkChain(cli);
});

test('the agent makes and publishes a clip from one request, and tells what it did', async () => {
  await using cli = await openCommandLine();
  const request = 'A paper boat drifts down a gutter. 4 seconds, landscape. Publish it.';
  const outcome = await cli.run(['agent', '--json'], { input: request });
  assert.equal(outcome.code, 0, outcome.stderr);
  const { text, published = [], jobs = [], tool_calls = [], model } = documentOf(outcome);
  assert.equal(model, 'offline');
  assert.match(text ?? '', /not a language model/);
  assert.deepEqual(
    tool_calls.map(({ name, ok, ms }) => [name, ok, typeof ms]),
    [['video_produce', true, 'number']],
  );
  const [job] = jobs;
  assert.ok(job && jobs.length === 1);
  assert.deepEqual([job.status, job.seconds, job.size], ['completed', '4', '1280x720']);
  const [file] = published;
  assert.ok(file && published.length === 1);
  assert.deepEqual(Object.keys(file).sort(), [
    ...['bytes', 'content_type', 'key', 'path', 'poster_url', 'sha256', 'sidecar_url', 'url', 'verified'],
  ]);
  assert.equal(file.content_type, 'video/mp4');
  for (const location of [file.path, new URL(file.url)]) {
    assert.equal((await readFile(location)).length, file.bytes);
    assert.equal(await sha256Of(location), file.sha256);
  }
  assert.ok((text ?? '').includes(file.url));
  assert.ok(!outcome.stderr.includes('█') && !outcome.stderr.includes('\u001b'), 'a live line off a terminal');
});
