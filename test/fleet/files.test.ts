import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { stopAt } from '../paid/support.ts';
import { smallAnimatic } from '../production/storyboard/support.ts';
import { missing, probe } from '../studio/engines/animatic/support.ts';
import { picture } from '../support/media.ts';
import { ask, openStudio } from '../support/studio.ts';
import { FLEET_MISSING, fleetDocument, type Machine, openFleet, run } from './support.ts';

const skip = FLEET_MISSING || missing('ffmpeg', 'ffprobe');

const DAWN = `title: Harbour
shots:
  - { id: dawn, prompt: A harbour at dawn, seconds: 4, input_reference: harbour.png }
`;
const NOON = `${DAWN}  - { id: noon, prompt: The harbour at noon, seconds: 4, continue_from: dawn }\n`;

async function filesOf({ cli }: Machine): Promise<string[]> {
  const files = await readdir(cli.environment.VIDEO_WORKSPACE ?? '', { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map(({ name }) => name.replace(/^[0-9a-f]{16}\./, '*.'));
}

test('pictures and last frames come to whatever machine needs them, and the film to who asked for it', {
  skip,
}, async () => {
  await using studio = await openStudio({ engine: smallAnimatic() });
  await using fleet = await openFleet({
    settings: { VIDEO_BASE_URL: studio.baseUrl, VIDEO_SERVER: 'studio', VIDEO_PROFILE: '{}' },
  });
  const asker = await fleet.machine();
  const { VIDEO_WORKSPACE: workspace = '' } = asker.cli.environment;
  await mkdir(workspace, { recursive: true });
  await writeFile(path.join(workspace, 'harbour.png'), picture('image/png', 64, 36));
  const file = path.join(asker.cli.cwd, 'film.yaml');

  const first = await fleet.machine();
  const worker = await first.start();
  await writeFile(file, DAWN);
  const one = await asker.cli.run(run(fleet, file));
  assert.equal(one.code, 0, one.stderr);
  assert.deepEqual(await filesOf(first), ['*.png'], 'the picture that it did not have');
  worker.child.kill('SIGTERM');
  await worker.ended;

  await writeFile(file, NOON);
  const asked = asker.cli.start(run(fleet, file));
  const second = await fleet.machine(stopAt('after the headers'));
  const killed = await second.start();
  assert.equal((await killed.ended).code, null, 'it ends when it sends what is made of the frame');
  assert.ok((await filesOf(second)).includes('*.png'));
  const third = await fleet.machine();
  await third.start();
  const outcome = await asked.ended;
  assert.equal(outcome.code, 0, outcome.stderr);
  assert.deepEqual(await filesOf(third), ['*.png'], 'the frame as the second machine took it, without its clip');
  const { shots, film, totals } = fleetDocument(outcome);
  assert.deepEqual([shots.map(({ id }) => id), totals.states], [['dawn', 'noon'], { published: 2 }]);
  assert.ok(Number(await probe(film?.path ?? '', '-show_entries', 'format=duration', '-of', 'csv=p=0')) > 1.5);
  const { body } = await ask(`${studio.baseUrl}/videos`);
  assert.equal(Object(body).data.length, 2, 'each was made once');
});

test('a worker keeps no clip of a chain, be it made there or fetched for its last frame', { skip }, async () => {
  await using studio = await openStudio({ engine: smallAnimatic() });
  await using fleet = await openFleet({
    settings: { VIDEO_BASE_URL: studio.baseUrl, VIDEO_SERVER: 'studio', VIDEO_PROFILE: '{}' },
  });
  const [asker, worker] = [await fleet.machine(), await fleet.machine()];
  const running = await worker.start();
  const file = path.join(asker.cli.cwd, 'film.yaml');
  const chain = 'title: A\nshots:\n  - { id: a, prompt: A boat }\n  - { id: b, prompt: On, continue_from: a }\n';
  await writeFile(file, chain);
  assert.equal((await asker.cli.run(run(fleet, file))).code, 0);
  await writeFile(file, `${chain}  - { id: c, prompt: Still on, continue_from: b }\n`);
  assert.equal((await asker.cli.run(run(fleet, file))).code, 0);
  running.child.kill('SIGTERM');
  await running.ended;
  assert.deepEqual(await filesOf(worker), ['*.png', '*.png']);
});

test('a picture that is too large to be shared is refused with the shot that names it', { skip }, async () => {
  await using fleet = await openFleet();
  const asker = await fleet.machine();
  const { VIDEO_WORKSPACE: workspace = '' } = asker.cli.environment;
  await mkdir(workspace, { recursive: true });
  await writeFile(path.join(workspace, 'harbour.png'), Buffer.alloc(9 * 1024 ** 2));
  const file = path.join(asker.cli.cwd, 'film.yaml');
  await writeFile(file, DAWN);
  const { code, stderr } = await asker.cli.run(run(fleet, file));
  assert.equal(code, 2, stderr);
  assert.match(stderr, /line 3, column \d+: dawn: The picture harbour\.png has 9 MiB.*8 MiB at most/);
});
