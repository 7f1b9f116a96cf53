import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { createPainter } from '../../../../lib/studio/engines/animatic/painter.ts';
import { difference, paintFrame, recipeOf } from './support.ts';

const PROMPTS = [
  'A paper boat drifts down a rain gutter at dusk',
  'A red fox runs through a snowy forest at dawn',
  'A steaming cup of coffee on a wooden table, morning light',
  'Neon city street at night in the rain, a cyclist passes',
  'A rocket lifts off into a starry sky',
  'A lighthouse in a storm, lightning',
  'abstract jazz in green and gold',
  'Three fish in a coral reef',
];

const HOSTILE = [
  '',
  ' \n\t ',
  'x'.repeat(32_000),
  'boat '.repeat(6400),
  '😀👩‍👩‍👧‍👦'.repeat(2000),
  '<script>alert(1)</script>',
  `$\{process.exit(1)} $& $1 %s %n`,
  '../../../../etc/passwd\0.png',
  '\u0000\u0001\u0007\u001b[31m red \u007f\u009f',
  'سفينة من ورق تنجرف في المطر عند الغسق',
  'קישוט \u202Ereversed\u202C text',
  '夜の雨の街を走る自転車'.repeat(60),
  'สวัสดี'.repeat(300),
  '\uD800 lone \uDC00 halves \uDBFF',
  `Z${'\u0301'.repeat(5000)}algo`,
  '__proto__ constructor hasOwnProperty toString',
  'a-b-c '.repeat(500),
  'no no no without without not',
  '\u2028\u2029\uFEFF\u200B\u200D\u2060',
  'ﷺ'.repeat(3000),
  `${'two three '.repeat(1000)}birds and cats and dogs and cars and trains and ships`,
];

test('a frame looks the same whichever frames were drawn before it', () => {
  for (const prompt of PROMPTS) {
    const recipe = recipeOf({ prompt, seconds: 4 });
    const painter = createPainter(recipe);
    for (const frame of [90, 3, 40]) paintFrame(painter, frame);
    assert.equal(difference(paintFrame(painter, 50), paintFrame(createPainter(recipe), 50)), 0, prompt);
  }
});

test('the picture moves from second to second', () => {
  for (const prompt of PROMPTS) {
    const painter = createPainter(recipeOf({ prompt, seconds: 4 }));
    const moved = difference(paintFrame(painter, 6), paintFrame(painter, 54));
    assert.ok(moved > 2, `${prompt}: ${moved}`);
  }
});

test('the picture moves without a jump from frame to frame', () => {
  for (const prompt of PROMPTS.filter((text) => !text.includes('rain') && !text.includes('lightning'))) {
    const painter = createPainter(recipeOf({ prompt, seconds: 4 }));
    const moved = difference(paintFrame(painter, 30), paintFrame(painter, 31));
    assert.ok(moved < 4, `${prompt}: ${moved}`);
  }
});

test('an extension leaves the frames before it as they were and goes on from there', () => {
  const recipe = recipeOf({ prompt: 'A sailboat at sea', seconds: 2 });
  const extended = { ...recipe, segments: [...recipe.segments, { prompt: 'It meets a whale', seconds: 2 }] };
  const before = createPainter(recipe);
  const after = createPainter(extended);
  assert.equal(after.frames, 96);
  assert.equal(difference(paintFrame(before, 47), paintFrame(after, 47)), 0);
  const picture = (frame: number) => paintFrame(after, frame).subarray(320 * 4 * 30, 320 * 4 * 120);
  assert.ok(difference(picture(47), picture(48)) < 4);
});

test('a hostile prompt is drawn like any other', () => {
  const context = createCanvas(320, 180).getContext('2d');
  for (const prompt of HOSTILE) {
    const start = performance.now();
    const painter = createPainter(recipeOf({ prompt }));
    painter.paint(context, 12);
    const elapsedMs = performance.now() - start;
    assert.ok(elapsedMs < 1500, `${JSON.stringify(prompt.slice(0, 40))} took ${elapsedMs} ms`);
  }
});

test('every size from the smallest to the widest and tallest is drawn', () => {
  for (const [width, height] of [
    [64, 64],
    [1920, 64],
    [64, 1920],
    [1920, 1920],
    [66, 98],
  ] as const) {
    const pixels = paintFrame(createPainter(recipeOf({ width, height, prompt: PROMPTS.join(' ') })), 3);
    assert.equal(pixels.length, width * height * 4);
    assert.ok(pixels.every((value, index) => index % 4 !== 3 || value === 255));
  }
});

test('a recipe with an edited palette of any length is drawn', () => {
  for (const palette of [[], ['#ff0000'], ['#f00', '#0f0', '#00f', '#fff', '#000', '#123456', '#777777']]) {
    paintFrame(createPainter({ ...recipeOf({}), palette }), 5);
  }
});

test('a reference image is the first frame, and the drawn scene has taken its place two seconds later', async () => {
  const image = createCanvas(200, 200);
  const context = image.getContext('2d');
  context.fillStyle = '#00c853';
  context.fillRect(0, 0, 200, 200);
  const recipe = recipeOf({ prompt: 'A train in the desert', seconds: 4 });
  const painter = createPainter(recipe, await loadImage(image.toBuffer('image/png')));
  const middle = (frame: number) => [
    ...paintFrame(painter, frame).subarray((90 * 320 + 160) * 4, (90 * 320 + 160) * 4 + 3),
  ];
  assert.deepEqual(middle(0), [0, 200, 83]);
  const halfway = difference(paintFrame(painter, 18), paintFrame(painter, 0));
  assert.ok(halfway > 5, `${halfway}`);
  assert.notDeepEqual(middle(48), [0, 200, 83]);
});
