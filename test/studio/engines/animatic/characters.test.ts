import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAnimaticEngine } from '../../../../lib/studio/engines/animatic/animatic.ts';
import { sceneOf } from '../../../../lib/studio/engines/animatic/changes.ts';
import { charactersIn, lookOf, withoutNames } from '../../../../lib/studio/engines/animatic/characters.ts';
import { createPainter } from '../../../../lib/studio/engines/animatic/painter.ts';
import type { RecipeCharacter } from '../../../../lib/studio/engines/engine.ts';
import { difference, paintFrame } from './support.ts';

const MO = { id: 'char_1', name: 'Mo' };
const FOX = { id: 'char_2', name: 'Captain Fox' };
const engine = createAnimaticEngine();

const plan = (prompt: string, characters: RecipeCharacter[] = [MO, FOX]) =>
  engine.plan({ prompt, seconds: 1, width: 320, height: 180, seed: 1, characters });
const named = (prompt: string) => charactersIn(prompt, [MO, FOX]).map(({ name }) => name);

test('a character is in the picture where the prompt names it letter by letter, in the order of the prompt', () => {
  assert.deepEqual(named('Captain Fox meets Mo.'), ['Captain Fox', 'Mo']);
  assert.deepEqual(named('mo and captain fox'), []);
  assert.deepEqual(named('Moon over Momo, Captain Foxes'), []);
  assert.deepEqual(named('“Mo”, who is Mo'), ['Mo']);
});

test('a name brings nobody along whom its words mean', () => {
  const { cast } = sceneOf(plan('Captain Fox walks in a forest'), 0);
  assert.deepEqual(cast, [{ subject: 'person', count: 1, character: FOX }]);
  assert.equal(withoutNames('Mo, Mo and Moon', [MO]).replace(/\s+/g, ' '), ' , and Moon');
});

test('a character that is not named is not drawn', () => {
  const frame = (characters: RecipeCharacter[]) => paintFrame(createPainter(plan('A cat in a forest', characters)), 5);
  assert.equal(difference(frame([MO]), frame([])), 0);
});

test('a character looks the same in each clip, and unlike another', () => {
  assert.deepEqual(lookOf(MO), lookOf({ ...MO }));
  const looks = new Set(
    Array.from({ length: 50 }, (_, index) => JSON.stringify(lookOf({ id: `char_${index}`, name: 'Mo' }))),
  );
  assert.equal(looks.size, 50);
  const frame = (id: string) => paintFrame(createPainter(plan('Mo in a forest', [{ id, name: 'Mo' }])), 5);
  assert.ok(difference(frame('char_1'), frame('char_2')) > 0.5);
});

test('a character stays through an edit of the colours and a remix that does not name it', () => {
  const recipe = plan('Mo in a forest');
  for (const [kind, prompt] of [
    ['edit', 'in blue and silver'],
    ['remix', 'In the rain at night'],
  ] as const) {
    const revised = engine.revise?.(recipe, { kind, prompt });
    assert.deepEqual(revised && sceneOf(revised, 0).cast[0]?.character, MO, prompt);
  }
  const without = engine.revise?.(plan('Mo and a cat in a forest'), { kind: 'edit', prompt: 'remove Mo' });
  assert.deepEqual(without && sceneOf(without, 0).cast.map(({ subject }) => subject), ['cat']);
});

test('a character joins where an extension names it first', () => {
  const longer = engine.revise?.(plan('A cat in a forest'), { kind: 'extension', prompt: 'Mo appears', seconds: 4 });
  assert.deepEqual(longer && sceneOf(longer, 1).cast.map(({ character }) => character?.name), ['Mo', undefined]);
});

test('names without letters, or of one space, do no harm', () => {
  for (const name of [' ', '*', '$&', '\\', '😀']) {
    paintFrame(createPainter(plan(`${name} ${name}`.repeat(2000), [{ id: 'char_1', name }])), 2);
  }
});
