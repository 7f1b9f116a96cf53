import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnimaticEngine } from '../../../../lib/studio/engines/animatic/animatic.ts';
import { sceneOf } from '../../../../lib/studio/engines/animatic/changes.ts';
import { createPainter } from '../../../../lib/studio/engines/animatic/painter.ts';
import type { Recipe, Revision } from '../../../../lib/studio/engines/engine.ts';
import { difference, paintFrame, recipeOf } from './support.ts';

const FOX = recipeOf({ prompt: 'A red fox runs through a meadow on a sunny day', seconds: 4, seed: 7 });

function revise(recipe: Recipe, revision: Revision): Recipe {
  const revised = createAnimaticEngine().revise?.(recipe, revision);
  assert.ok(revised);
  return revised;
}

const edit = (prompt: string, recipe = FOX) => revise(recipe, { kind: 'edit', prompt });
const remix = (prompt: string, recipe = FOX) => revise(recipe, { kind: 'remix', prompt });
const extend = (prompt: string, recipe = FOX) => revise(recipe, { kind: 'extension', prompt, seconds: 4 });
const scene = (recipe: Recipe) => sceneOf(recipe, recipe.segments.length - 1);
/** The part of a 320x180 picture above the caption. */
const picture = (recipe: Recipe, frame: number) => paintFrame(createPainter(recipe), frame).subarray(0, 320 * 4 * 120);

test('an edit changes what it names and leaves the rest of the scene as it was', () => {
  const { weather, ...before } = scene(FOX);
  assert.deepEqual(scene(edit('make it night')), { ...before, weather, time: 'night' });
  assert.deepEqual(scene(edit('slow pan left')), { ...before, weather, camera: 'panLeft', pace: 0.6 });
  const { weather: snow, ...rest } = scene(edit('add snow'));
  assert.deepEqual(rest, before);
  assert.ok(snow.snow > 0 && snow.rain === 0);
  assert.deepEqual(scene(edit('in blue and silver')), { ...before, weather });
});

test('each kind of edit can be seen', () => {
  for (const [prompt, least] of [
    ['make it night', 20],
    ['in blue and silver', 10],
    ['add snow', 8],
    ['add rain', 5],
    ['make it foggy', 3],
    ['slow pan left', 2],
    ['make the fox white', 1],
  ] as const) {
    const seen = difference(picture(FOX, 48), picture(edit(prompt), 48));
    assert.ok(seen > least, `${prompt}: ${seen}`);
  }
});

test('an edit that names nothing that can be drawn leaves the picture as it was', () => {
  assert.equal(difference(picture(FOX, 48), picture(edit('make it more emotional'), 48)), 0);
});

test('edits add up, and weather can be taken away again', () => {
  const rainy = edit('add rain', edit('make it night'));
  assert.equal(scene(rainy).time, 'night');
  assert.ok(scene(rainy).weather.rain > 0);
  for (const prompt of ['remove the rain', 'without rain', 'the rain stops', 'clear sky']) {
    assert.equal(scene(edit(prompt, rainy)).weather.rain, 0, prompt);
  }
  assert.deepEqual(scene(edit('remove the rain', rainy)).cast, scene(FOX).cast);
});

test('an edit can colour, replace, add and remove a subject', () => {
  const cast = (recipe: Recipe) => scene(recipe).cast.map(({ subject, count, colour }) => [subject, count, colour]);
  assert.deepEqual(cast(edit('make the fox white')), [['fox', 1, '#f7f7f2']]);
  assert.deepEqual(cast(edit('replace the fox with a cat')), [['cat', 1, undefined]]);
  assert.deepEqual(cast(edit('a robot instead')), [['robot', 1, undefined]]);
  const birds = edit('add two birds');
  assert.deepEqual(cast(birds), [
    ['fox', 1, '#e23b3b'],
    ['bird', 2, undefined],
  ]);
  assert.deepEqual(cast(edit('remove the birds', birds)), [['fox', 1, '#e23b3b']]);
  assert.deepEqual(cast(edit('like a painter would see it')), [['fox', 1, '#e23b3b']]);
});

test('only an edit that says so moves to another place', () => {
  assert.equal(scene(edit('winter light, cloudy')).place, 'field');
  assert.equal(scene(edit('set it in a forest')).place, 'forest');
});

test('the caption tells the prompt and its edits, or the text that an edit asks for', () => {
  const [segment] = edit('add rain', edit('make it night')).segments;
  assert.deepEqual(segment?.caption, { text: FOX.segments[0]?.prompt, note: 'make it night → add rain' });
  assert.deepEqual(edit('change the caption to "Hello there"').segments[0]?.caption, { text: 'Hello there' });
  assert.deepEqual(edit("the title reads 'It's fine'").segments[0]?.caption, { text: "It's fine" });
  assert.deepEqual(edit('remove the caption').segments[0]?.caption, { text: '' });
  assert.deepEqual(remix('A blue cat').segments[0]?.caption, { text: 'A blue cat' });
});

test('a remix keeps the composition and shows what its prompt names', () => {
  const before = scene(FOX);
  assert.deepEqual(scene(remix('A blue cat')), { ...before, cast: [{ subject: 'cat', count: 1, colour: '#2f6fe0' }] });
  const night = scene(remix('The same in a neon city at night'));
  assert.deepEqual([night.place, night.time, night.camera], ['city', 'night', before.camera]);
  assert.deepEqual(night.cast, before.cast);
  assert.equal(remix('A blue cat').seed, FOX.seed);
});

test('a sequel leaves every frame before it as it was, and does not jump at the seam', () => {
  for (const prompt of ['It runs on', 'Night falls and it begins to snow', 'It reaches a city, pan left']) {
    const longer = extend(prompt);
    const [before, after] = [createPainter(FOX), createPainter(longer)];
    assert.equal(after.frames, before.frames + 4 * 24);
    for (const frame of [0, 50, 95]) assert.equal(difference(paintFrame(before, frame), paintFrame(after, frame)), 0);
    const usual = difference(picture(longer, 93), picture(longer, 94));
    for (const frame of [95, 96, 97]) {
      const step = difference(picture(longer, frame), picture(longer, frame + 1));
      assert.ok(step < 1.5 * usual + 0.2, `${prompt}, frame ${frame}: ${step}, usually ${usual}`);
    }
  }
});

test('a sequel of a sequel goes on from it, without a jump', () => {
  const long = extend('The sun comes up at dawn, pull back', extend('Night falls'));
  assert.deepEqual(
    [0, 1, 2].map((index) => sceneOf(long, index).time),
    ['day', 'night', 'dawn'],
  );
  const step = difference(picture(long, 191), picture(long, 192));
  assert.ok(step < 3, `${step}`);
});

test('an edit of an extended clip applies to all of it', () => {
  const edited = edit('add rain', extend('Night falls'));
  for (const index of [0, 1]) assert.ok(sceneOf(edited, index).weather.rain > 0);
  assert.deepEqual(
    [0, 1].map((index) => sceneOf(edited, index).time),
    ['day', 'night'],
  );
});

test('a changed recipe is plain JSON, and does not change the one it was made from', () => {
  const before = JSON.stringify(FOX);
  for (const recipe of [edit('make it night'), remix('A cat'), extend('It rains')]) {
    assert.deepEqual(JSON.parse(JSON.stringify(recipe)), recipe);
  }
  assert.equal(JSON.stringify(FOX), before);
});

test('a recipe from before there were changes is drawn, changed and extended', () => {
  const old: Recipe = JSON.parse(
    '{"version":1,"seed":3,"width":320,"height":180,"fps":24,"segments":[{"prompt":"A boat at sea","seconds":4}],' +
      '"palette":["#3d8fd8","#d3ecf5","#8fb9cc","#5b9ab8","#123a4e","#d9573f"]}',
  );
  const longer = extend('Night falls', old);
  assert.equal(difference(picture(old, 40), picture(longer, 40)), 0);
  assert.ok(difference(picture(old, 40), picture(edit('make it night', old), 40)) > 10);
});

test('a hostile change is drawn like any other', () => {
  for (const prompt of [
    '"'.repeat(5000),
    'remove '.repeat(4000),
    "' 'text caption",
    '\u0000\uD800',
    'add '.repeat(8000),
  ]) {
    const start = performance.now();
    picture(extend(prompt, remix(prompt, edit(prompt))), 100);
    assert.ok(performance.now() - start < 3000, JSON.stringify(prompt.slice(0, 20)));
  }
});
