import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readScene } from '../../../../lib/studio/engines/animatic/scene.ts';
import { recipeOf } from './support.ts';

const scene = (prompt: string) => readScene(prompt, 1);

test('the same request gives the same recipe', () => {
  assert.deepEqual(recipeOf({}), recipeOf({}));
});

test('another prompt and another seed give another palette', () => {
  const { palette } = recipeOf({ prompt: 'A tree on a hill' });
  assert.notDeepEqual(recipeOf({ prompt: 'A whale in the sea' }).palette, palette);
  assert.notDeepEqual(recipeOf({ prompt: 'A tree on a hill', seed: 2 }).palette, palette);
});

test('a recipe is plain JSON with six hex colours and what was asked for', () => {
  const recipe = recipeOf({ prompt: 'A cat', seconds: 4, width: 720, height: 1280, seed: -1 });
  assert.deepEqual(JSON.parse(JSON.stringify(recipe)), recipe);
  assert.deepEqual(recipe.segments, [{ prompt: 'A cat', seconds: 4 }]);
  assert.equal(recipe.seed, 2 ** 32 - 1);
  assert.equal(recipe.palette.length, 6);
  for (const colour of recipe.palette) assert.match(colour, /^#[0-9a-f]{6}$/);
});

test('named colours land in the palette', () => {
  const { palette } = recipeOf({ prompt: 'abstract jazz in green and gold' });
  assert.ok(palette.includes('#2f9e57'));
  assert.ok(palette.includes('#e6b422'));
});

test('the colour before the subject is its own', () => {
  assert.equal(recipeOf({ prompt: 'a blue sky over a red paper boat' }).palette[5], '#e23b3b');
});

test('golden hour is a time and no colour', () => {
  assert.ok(!recipeOf({ prompt: 'A tree at golden hour' }).palette.includes('#e6b422'));
  assert.equal(scene('A tree at golden hour').time, 'golden');
});

test('place, time, weather, subject, camera and pace are read from their own words', () => {
  const { place, time, weather, cast, camera, pace } = scene('A red fox runs through a snowy forest at dawn, pan left');
  assert.deepEqual({ place, time, camera, pace }, { place: 'forest', time: 'dawn', camera: 'panLeft', pace: 1.7 });
  assert.deepEqual(cast, [{ subject: 'fox', count: 1, colour: '#e23b3b' }]);
  assert.ok(weather.snow > 0);
  assert.equal(weather.rain, 0);
});

test('other words for one part leave the rest of the scene as it is', () => {
  const { weather: _fog, ...foggy } = scene('A red fox in a forest at dawn in fog, pan left');
  const { weather: _rain, ...rainy } = scene('A red fox in a forest at dawn in rain, pan left');
  assert.deepEqual(foggy, rainy);
});

test('several subjects come in the order of the prompt, and a number or a plural makes several', () => {
  assert.deepEqual(scene('A dog and two birds').cast, [
    { subject: 'dog', count: 1 },
    { subject: 'bird', count: 2 },
  ]);
  assert.deepEqual(scene('Balloons over the hills').cast, [{ subject: 'balloon', count: 3 }]);
});

test('what the prompt excludes is not in the scene', () => {
  assert.equal(scene('A street without rain').weather.rain, 0);
});

test('a boat in a dry place gets water and keeps the place behind it', () => {
  const { place, backdrop } = scene('A sailboat in the mountains');
  assert.deepEqual({ place, backdrop }, { place: 'lake', backdrop: 'mountains' });
});
