import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { loadStoryboard } from '../../../lib/production/storyboard/load.ts';
import { openWorkspace } from '../../../lib/workspace.ts';
import type { StoryboardPlan } from '../../../types/storyboard.ts';
import { picture } from '../../support/media.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** Reads a storyboard that stands beside these files, which are those of the workspace, too. */
async function load(text: string, files: Record<string, string | Buffer> = {}): Promise<StoryboardPlan> {
  await using folder = await temporaryFolder();
  await mkdir(folder.path, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder.path, name), content);
  const workspace = openWorkspace(folder.path);
  const locate = async (name: string) => (await workspace.find(name)).absolute;
  return await loadStoryboard({ text, name: 'film.yaml', locate }, { workspace, server: 'studio' });
}

/** The lines that say what is wrong. */
async function problemsOf(text: string, files?: Record<string, string | Buffer>): Promise<string[]> {
  const { message } = await load(text, files).then(
    () => assert.fail('it was accepted'),
    (error: Error & { code: string }) => {
      assert.equal(error.code, 'invalid_argument');
      return error;
    },
  );
  const lines = message.split('\n');
  assert.equal(lines.pop(), 'Nothing was sent.');
  return lines;
}

const promptsOf = ({ shots }: StoryboardPlan) => shots.map(({ id, request }) => `${id}: ${request.prompt}`);

test('a storyboard with everything in it', async () => {
  const plan = await load(
    `title: A day at the harbour
defaults:
  seconds: 8
  size: 1280x720
  model: painter-1
  template: "{subject} at {time}, {{35 mm}}"
  variables: { time: dawn }
shots:
  - id: quay
    variables: { subject: The quay }
  - id: boat
    prompt: A boat {as it stands}
    seconds: 4
    input_reference: boat.png
    fit: contain
    characters: [char_1]
    variations: 2
  - id: leaving
    prompt: It leaves
    continue_from: boat.2
  - id: longer
    prompt: It goes on
    extends: leaving
  - id: red
    prompt: A red boat
    remix_of: boat
output:
  order: [quay, longer]
  publish: false
  poster: 2.5
`,
    { 'boat.png': picture('image/png') },
  );
  assert.match(plan.id, /^a-day-at-the-harbour-[0-9a-f]{8}$/);
  assert.deepEqual(plan.output, { concatenate: true, publish: false, poster: 2.5, order: ['quay', 'longer'] });
  const common = { size: '1280x720', model: 'painter-1' };
  const boat = { ...common, fit: 'contain', characters: ['char_1'], input_reference: 'boat.png' };
  assert.deepEqual(Object.fromEntries(plan.shots.map(({ id, request }) => [id, request])), {
    quay: { prompt: 'The quay at dawn, {35 mm}', seconds: '8', ...common },
    boat: { prompt: 'A boat {as it stands}', seconds: '4', ...boat },
    'boat.2': { prompt: 'A boat {as it stands}', seconds: '4', ...boat },
    leaving: { prompt: 'It leaves', seconds: '8', ...common, source: { link: 'continue_from', shot: 'boat.2' } },
    longer: { prompt: 'It goes on', seconds: '8', source: { link: 'extends', shot: 'leaving' } },
    red: { prompt: 'A red boat', source: { link: 'remix_of', shot: 'boat' } },
  });
});

test('the same as JSON', async () => {
  const plan = await load('{"title": "Boats", "shots": [{"prompt": "A boat"}, {"prompt": "A tram"}]}');
  assert.deepEqual(promptsOf(plan), ['shot-1: A boat', 'shot-2: A tram']);
});

test('what is wrong is told with its line, its column and what was meant', async () => {
  assert.deepEqual(
    await problemsOf(`title: Boats
defualts:
  seconds: 4
shots:
  - id: dawn
    promt: A boat
    duration: 4
  - id: noon
    prompt: A boat
    seconds: four
    size: 1280 x 720
  - id: a b
    prompt: A boat
    fit: crop
`),
    [
      'film.yaml, line 2, column 1: there is no "defualts" here; defaults was meant?',
      'film.yaml, line 6, column 5: there is no "promt" here; prompt was meant?',
      'film.yaml, line 7, column 5: there is no "duration" here; seconds was meant?',
      'film.yaml, line 10, column 14: seconds must be integer',
      'film.yaml, line 11, column 11: size does not have the form it needs: Such as 1280x720 or 720x1280.',
      'film.yaml, line 12, column 9: id does not have the form it needs: Letters, digits, - and _. Left out: shot-1, shot-2, … by its place.',
      'film.yaml, line 14, column 10: fit must be one of cover, contain, stretch, none',
    ],
  );
  assert.deepEqual(await problemsOf('shots: [{ prompt: A boat }]'), ['film.yaml, line 1, column 1: title is missing']);
  assert.deepEqual(await problemsOf('title: Boats'), ['film.yaml, line 1, column 8: it has no shots']);
  assert.deepEqual(await problemsOf(''), ['film.yaml, line 1, column 1: the storyboard must be object']);
  assert.deepEqual(await problemsOf('title: Boats\nshots:\n  - prompt: "A boat\n'), [
    'film.yaml, line 4, column 1: Missing closing "quote',
  ]);
});

test('what is wrong between shots is told where it stands', async () => {
  assert.deepEqual(
    await problemsOf(`title: Boats
shots:
  - { id: dawn, prompt: A, continue_from: daun }
  - { id: noon, prompt: B, continue_from: night }
  - { id: night, prompt: C, continue_from: noon }
  - { id: self, prompt: D, remix_of: self }
  - { id: noon, prompt: E }
  - id: both
    prompt: F
    continue_from: dawn
    remix_of: noon
  - id: long
    prompt: G
    extends: dawn
  - id: sized
    prompt: H
    remix_of: dawn
    size: 1280x720
  - { id: empty, seconds: 4 }
  - { id: gap, template: "A {colour} boat", variables: { color: red } }
output:
  order: [dawn, nigth]
`),
    [
      'film.yaml, line 7, column 11: there is another shot noon',
      'film.yaml, line 11, column 15: both: it has continue_from and remix_of, and there can be one of them',
      'film.yaml, line 14, column 14: long: it needs seconds: how much longer is it made?',
      'film.yaml, line 18, column 11: sized: with remix_of its size is that of the other shot',
      'film.yaml, line 19, column 5: empty: it has no prompt, and there is no template in defaults',
      'film.yaml, line 20, column 26: gap: its template names {colour}, which has no value; color was meant?; a brace is written {{',
      'film.yaml, line 3, column 5: dawn: continue_from names "daun", which is no shot; dawn was meant?',
      'film.yaml, line 4, column 5: noon: it is made of itself: noon is made of night is made of noon',
      'film.yaml, line 6, column 5: self: it is made of itself: self is made of self',
      'film.yaml, line 22, column 17: there is no shot "nigth"; night was meant?',
    ],
  );
});

test('a table and one template make many shots; what the columns are called decides', async () => {
  const text = `title: Postcards
defaults: { template: "{animal} in {city}", seconds: 4 }
table: shots.csv
`;
  const csv =
    '\ufeffid,animal,city,seconds,note\r\none,A cat,"Rome, by night",8,\r\n\r\n,"A ""big"" dog","Two\r\nlines",,x\r\n';
  const plan = await load(text, { 'shots.csv': csv });
  assert.deepEqual(promptsOf(plan), ['one: A cat in Rome, by night', 'shot-2: A "big" dog in Two\nlines']);
  assert.deepEqual(
    plan.shots.map(({ request }) => request.seconds),
    ['8', '4'],
  );
  assert.equal(plan.output.concatenate, false);
  const rows = [
    { animal: 'A cat', city: 'Rome' },
    { prompt: 'A dog', variables: { city: 'x' }, characters: ['c'] },
  ];
  const lines = rows.map((row) => JSON.stringify(row)).join('\n');
  const other = await load(text.replace('csv', 'jsonl'), { 'shots.jsonl': lines });
  assert.deepEqual(promptsOf(other), ['shot-1: A cat in Rome', 'shot-2: A dog']);
  const semicolons = await load(text, { 'shots.csv': 'animal;city\nA cat;Rome, Italy\n' });
  assert.deepEqual(promptsOf(semicolons), ['shot-1: A cat in Rome, Italy']);
});

test('a line separator of Unicode ends no row, wherever the file is cut while it is read', async () => {
  const text = 'title: Postcards\ndefaults: { template: "{animal}" }\ntable: shots.csv\n';
  const plan = await load(text, { 'shots.csv': 'animal,note\rA cat\u2028on a wall,x\r\n"A\u2029dog",\n' });
  assert.deepEqual(promptsOf(plan), ['shot-1: A cat\u2028on a wall', 'shot-2: A\u2029dog']);
  const row = `${'é'.repeat(20)}\r\n`;
  for (const padding of [0, 1, 2]) {
    const rows = `${'-'.repeat(padding)}${row.repeat(10_000)}`;
    assert.equal((await load(text, { 'shots.csv': `animal\r\n${rows}` })).shots.length, 10_000);
  }
});

test('a template that would make an endless prompt is refused', async () => {
  const template = '{a}'.repeat(20_000);
  const text = `title: Long\nshots:\n  - { variables: { a: ${'x'.repeat(90_000)} }, template: "${template}" }\n`;
  assert.match(
    (await problemsOf(text))[0] ?? '',
    /^film\.yaml, line 3, .*makes a prompt of more than 32000 characters$/,
  );
});

test('of thousands of wrong names a few are looked for, and of a long circle the beginning is told', async () => {
  const text = 'title: Postcards\ndefaults: { template: "{id}" }\ntable: shots.csv\n';
  const rows = Array.from({ length: 20_000 }, (_, index) => `the_shot_${index},the_shut_${index}`);
  const problems = await problemsOf(text, { 'shots.csv': `id,continue_from\n${rows.join('\n')}\n` });
  assert.match(problems[0] ?? '', /line 2: the_shot_0: .*; the_shot_0 was meant\?$/);
  const circle = Array.from({ length: 200 }, (_, index) => `s${index},s${(index + 1) % 200}`);
  const [told = ''] = await problemsOf(text, { 'shots.csv': `id,continue_from\n${circle.join('\n')}\n` });
  assert.match(told, /: s0 is made of s1 is made of .* is made of s9 is made of … is made of s0$/);
});

test('what is wrong with a table is told with its line', async () => {
  const text = 'title: Postcards\ndefaults: { template: "{animal}" }\ntable: shots.csv\n';
  const wrong = (csv: string) => problemsOf(text, { 'shots.csv': csv });
  assert.deepEqual(await wrong('animal,seconds\nA cat,four\nA dog,4,5\nA cow,0\n'), [
    'shots.csv, line 2: seconds must be integer',
    'shots.csv, line 3: it has 3 cells, and there are 2 columns',
    'shots.csv, line 4: seconds must be >= 1',
  ]);
  assert.deepEqual(await wrong('animal\nA cat\n"A dog\nand more\n'), [
    'shots.csv, line 3: a quote that is opened here is never closed',
  ]);
  assert.deepEqual(await wrong('animal,animal\na,b\n'), ['shots.csv, line 1: the column "animal" stands there twice']);
  assert.deepEqual(await wrong('Animal\nA cat\n'), [
    'shots.csv, line 2: shot-1: its template names {animal}, which has no value; Animal was meant?; a brace is written {{',
  ]);
  assert.deepEqual(
    await problemsOf(text.replace('csv', 'jsonl'), { 'shots.jsonl': '{"animal":"a"}\n[]\n{"animal"\n' }).then((lines) =>
      lines.slice(0, 1),
    ),
    ['shots.jsonl, line 2: it must be a JSON object'],
  );
  assert.deepEqual(await problemsOf(text), [
    'film.yaml, line 3, column 8: There is no file shots.csv in the workspace.',
  ]);
});

test('a picture that is not there is told, and one that changes makes another clip', async () => {
  const text = 'title: Boats\nshots:\n  - { id: boat, prompt: A boat, input_reference: boat.png }\n';
  assert.deepEqual(await problemsOf(text), [
    'film.yaml, line 3, column 5: boat: There is no file boat.png in the workspace.',
  ]);
  const hashOf = async (width: number) =>
    (await load(text, { 'boat.png': picture('image/png', width) })).shots[0]?.hash;
  assert.equal(await hashOf(32), await hashOf(32));
  assert.notEqual(await hashOf(32), await hashOf(64));
});

test('a few lines that stand for more than there is memory are refused', async () => {
  const layers = Array.from({ length: 12 }, (_, index) => `l${index + 1}: &l${index + 1} [${`*l${index},`.repeat(9)}]`);
  const [problem] = await problemsOf(`l0: &l0 [lol]\n${layers.join('\n')}\n`);
  assert.match(problem ?? '', /^film\.yaml, line 1: .*alias/);
});

test('its title, workspace and server say which storyboard it is', async () => {
  const one = await load('title: Boats\nshots: [{ prompt: A }]');
  const workspace = openWorkspace(one.workspace);
  const again = async (text: string, server: string) => {
    const locate = async (name: string) => name;
    return (await loadStoryboard({ text, name: 'x', locate }, { workspace, server })).id;
  };
  assert.equal(await again('title: Boats\nshots: [{ prompt: B }]', 'studio'), one.id);
  assert.notEqual(await again('title: Boat\nshots: [{ prompt: A }]', 'studio'), one.id);
  assert.notEqual(await again('title: Boats\nshots: [{ prompt: A }]', 'https://video.example/v1'), one.id);
});
