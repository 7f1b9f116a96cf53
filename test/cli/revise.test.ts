import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerJson, listen } from '../support/server.ts';
import { openStudio, revisingEngine } from '../support/studio.ts';
import { type CommandLine, type Document, documentOf, openCommandLine } from './support.ts';

async function json(cli: CommandLine, ...args: string[]): Promise<Document> {
  const outcome = await cli.run([...args, '--json']);
  assert.equal(outcome.code, 0, `${args.join(' ')}: ${outcome.stderr}`);
  return documentOf(outcome);
}

test('a clip is remixed, edited and extended by id and by file, and a character is made of it', async () => {
  const started = Promise.withResolvers<void>();
  await using studio = await openStudio({ engine: revisingEngine(() => started.promise) });
  await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl, VIDEO_SERVER: 'studio' });
  const [source] = (await json(cli, 'create', 'A paper boat', '--seconds', '4')).jobs ?? [];
  const id = source?.id ?? '-';
  const early = await cli.run(['remix', id, 'At night']);
  assert.equal(early.code, 4, 'a clip that is not finished is exit code 4');
  assert.match(early.stderr, new RegExp(`video-toolset wait ${id}`));
  started.resolve();
  await json(cli, 'wait', id);
  const [file] = (await json(cli, 'download', id)).files ?? [];
  assert.ok(file);

  const made = await cli.run(['remix', id, 'At night', '--session', 's']);
  assert.equal(made.code, 0, made.stderr);
  const [remix = ''] = made.stdout.split('\n');
  assert.match(made.stdout, new RegExp(`Go on with: video-toolset wait ${remix}`));
  const again = await json(cli, 'remix', id, 'At night', '--session', 's');
  assert.equal(again.jobs?.[0]?.id, remix, 'the same wish is the same job');
  const other = await json(cli, 'remix', id, 'At night', '--session', 's', '--variation', '2');
  assert.notEqual(other.jobs?.[0]?.id, remix);

  const ids = [remix];
  for (const args of [
    ['edit', id, 'The boat is blue'],
    ['edit', file.path, 'The boat is green'],
    ['extend', id, 'It sinks', '--seconds', '4'],
  ])
    ids.push((await json(cli, ...args)).jobs?.[0]?.id ?? '-');
  const { jobs = [] } = await json(cli, 'wait', ...ids);
  assert.deepEqual(
    jobs.map(({ status, seconds }) => [status, seconds]),
    [...Array(3).fill(['completed', '4']), ['completed', '8']],
  );

  const character = await cli.run(['character', 'create', file.path, 'Mossy']);
  assert.equal(character.code, 0, character.stderr);
  const [characterId = ''] = /char_\w+/.exec(character.stdout) ?? [];
  const found = await cli.run(['character', 'retrieve', characterId]);
  assert.deepEqual([found.code, found.stdout], [0, character.stdout]);
  await json(cli, 'create', 'Mossy rows', '--seconds', '4', '--character', characterId);
});

test('a server that does not offer them is named, also where the tools were chosen without them', async () => {
  await using server = await listen((_request, response) => answerJson(response, {}, 404));
  await using cli = await openCommandLine({
    ...{ VIDEO_BASE_URL: server.baseUrl, VIDEO_SERVER: 'sglang', VIDEO_TOOLS: 'readonly' },
  });
  for (const args of [
    ['remix', 'video_1', 'At night'],
    ['edit', 'video_1', 'Blue'],
    ['extend', 'video_1', 'On', '--seconds', '4'],
    ['character', 'retrieve', 'char_1'],
  ]) {
    const outcome = await cli.run(args);
    assert.equal(outcome.code, 1, args[0]);
    assert.match(outcome.stderr, /SGLang Diffusion does not offer/, args[0]);
  }
  assert.deepEqual(server.received, []);
});

test('wrong usage is exit code 2 and sends nothing', async () => {
  await using server = await listen((_request, response) => answerJson(response, {}, 404));
  await using cli = await openCommandLine({ VIDEO_BASE_URL: server.baseUrl });
  for (const args of [
    ['remix', 'video_1'],
    ['remix', 'video_1', ''],
    ['extend', 'video_1', 'On'],
    ['extend', 'video_1', 'On', '--seconds', 'four'],
    ['edit', '/etc/hostname', 'Blue'],
    ['character'],
    ['character', 'create', '/etc/hostname', 'Mossy'],
    ['character', 'forget', 'char_1'],
  ]) {
    const outcome = await cli.run([...args, '--json']);
    assert.equal(outcome.code, 2, `${args.join(' ')}: ${outcome.stderr}`);
  }
  const misspelt = await cli.run(['list', '--json'], { env: { VIDEO_TOOLS: 'readnoly' } });
  assert.equal(misspelt.code, 2);
  assert.match(documentOf(misspelt).error?.message ?? '', /no tool and no preset "readnoly"/);
  assert.deepEqual(server.received, []);
});
