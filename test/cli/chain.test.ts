import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
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
