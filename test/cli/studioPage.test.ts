import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentOf, openCommandLine } from './support.ts';

test('the page of a studio tells where clips of its state folder were published, whoever made them', async () => {
  await using cli = await openCommandLine();
  const make = async (prompt: string, env = {}) => {
    const outcome = await cli.run(['produce', prompt, '--seconds', '4', '--json'], { env });
    assert.equal(outcome.code, 0, outcome.stderr);
    const { published = [], jobs = [] } = documentOf(outcome);
    return { id: jobs[0]?.id, url: published[0]?.url };
  };
  const alone = await make('A boat without a server');
  const studio = cli.start(['studio', '--json', '--allowed-host', 'clips.example']);
  const address: { base_url: string } = JSON.parse(await studio.line(/base_url/));
  const page = new URL('/', address.base_url).href;
  const served = await make('A boat of a server', { VIDEO_BASE_URL: address.base_url });

  assert.match(await (await fetch(page)).text(), /<title>Studio<\/title>/);
  for (const { id, url } of [alone, served]) {
    const { facts } = Object(await (await fetch(new URL(`/studio/jobs/${id}`, page))).json());
    assert.deepEqual(facts.published, [{ url }]);
  }
  studio.child.kill('SIGINT');
  const { code, stderr } = await studio.ended;
  assert.equal(code, 0);
  assert.ok(stderr.includes(`Its clips are shown at ${page}`), stderr);
});
