import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openCommandLine } from '../cli/support.ts';
import { startProvider } from '../paid/provider.ts';
import { openStudio } from '../support/studio.ts';

const example = (name: string) => ({
  program: fileURLToPath(new URL(`../../docs/examples/${name}.ts`, import.meta.url)),
});

test('the example of an agent makes a clip, as it stands, and pays only for what is approved', async () => {
  await using provider = await startProvider();
  await using cli = await openCommandLine({
    ...{ VIDEO_BASE_URL: provider.baseUrl, VIDEO_MODEL: 'painter-1', VIDEO_PRICES: '{"painter-1":0.1}' },
    VIDEO_APPROVE_USD: '0.2',
  });
  const run = (input: string) => cli.start(['A kite. 4 seconds. Publish it.'], { ...example('aiSdk'), input }).ended;
  for (const input of ['n\n', '']) {
    const refused = await run(input);
    assert.equal(refused.code, 0, refused.stderr);
    assert.match(refused.stdout, /video_create was not carried out/);
    assert.match(refused.stderr, /Make a clip of 4 seconds for about \$0\.40: "A kite\."\? \[y\/N\]/);
    assert.equal((await provider.books()).creates, 0);
  }
  const { code, stdout, stderr } = await run('y\n');
  assert.equal(code, 0, stderr);
  const [, url = ''] = /^Published: (file:\S+\.mp4)$/m.exec(stdout) ?? [];
  assert.equal((await readFile(fileURLToPath(url))).length, (await provider.books()).jobs[0]?.bytes);
  assert.match(stderr, /^video_create \{.*\}\n.* {2}Job \w+ was made[^\n]*\nvideo_wait/m);
  assert.match(stderr, /^ {2}waiting video_\w+ /m);
});

test('the example of a video model starts a clip, and goes on with it in another process, as it stands', async () => {
  await using studio = await openStudio();
  await using cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl });
  const run = (...args: string[]) => cli.start(args, example('aiSdkVideo')).ended;
  const first = await run('A kite');
  assert.equal(first.code, 0, first.stderr);
  const [, file = '', bytes = ''] = /^(\S+\.mp4) (\d+) bytes\n$/.exec(first.stdout) ?? [];
  assert.equal((await readFile(path.join(cli.environment.VIDEO_WORKSPACE ?? '', file))).length, Number(bytes));
  const [, operation = ''] = /--operation '(\{.*\})'/.exec(first.stderr) ?? [];
  assert.deepEqual((await run('--operation', operation)).stdout, first.stdout);
});
