import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNames } from '../../../lib/host/offline/names.ts';
import { readClips } from '../../../lib/host/offline/severalClips.ts';

function clipsIn(request: string) {
  const names = readNames(request);
  const clips = readClips(names.text, names);
  return 'ask' in clips ? clips.ask : clips;
}

/** Each clip as prompt, seconds and size. */
function shapes(request: string): string | unknown[][] {
  const clips = clipsIn(request);
  if (typeof clips === 'string') return clips;
  return clips.map(({ prompt, seconds, size }) => [prompt, seconds, size].filter((value) => value !== undefined));
}

for (const [request, clips] of [
  ['1) a boat 2) a train', [['A boat.'], ['A train.']]],
  ['1. A boat\n2. A train', [['A boat.'], ['A train.']]],
  [
    '- A boat, 4 seconds\n- A train, 8 seconds',
    [
      ['A boat.', 4],
      ['A train.', 8],
    ],
  ],
  [
    '* A boat\n* A train\nPortrait, 4 seconds.',
    [
      ['A boat.', 4, '720x1280'],
      ['A train.', 4, '720x1280'],
    ],
  ],
  [
    '1) a boat 2) a train, 8 seconds. Portrait.',
    [
      ['A boat.', '720x1280'],
      ['A train.', 8, '720x1280'],
    ],
  ],
  ['Two clips in winter:\n- a boat\n- a train', [['A boat. In winter.'], ['A train. In winter.']]],
  ['Make these clips for a tea house:\n- a cup\n- a pot', [['A cup. For a tea house.'], ['A pot. For a tea house.']]],
  [
    'Two 4-second clips: a boat; a train',
    [
      ['A boat.', 4],
      ['A train.', 4],
    ],
  ],
  ['Three clips: a boat, a train and a kite.', [['A boat.'], ['A train.'], ['A kite.']]],
] as const) {
  test(`${JSON.stringify(request)} lists its clips`, () => assert.deepEqual(shapes(request), clips));
}

for (const request of [
  'A boat.',
  'One clip of a boat.',
  'Two people watch three clips on a sofa.',
  'A boat at dusk.\nActions:\n- it drifts\n- rain falls',
  'A boat. 1) it drifts 2) it sinks',
  'He counts: 1, 2, 3.',
  'Clip 1 of 3. A boat. 4 seconds.',
  '3) a boat 4) a train',
]) {
  test(`${JSON.stringify(request)} is one clip`, () => assert.equal(shapes(request).length, 1));
}

test('clips that are only counted show the same in as many ways', () => {
  for (let count = 2; count <= 6; count++) {
    const clips = clipsIn(`${count} vertical clips about bees, 4 seconds each. Do not publish them.`);
    assert.ok(typeof clips !== 'string' && clips.length === count);
    assert.equal(new Set(clips.map(({ prompt }) => prompt)).size, count);
    for (const { prompt, ...shape } of clips) {
      assert.match(prompt, /^Bees\. The |^Bees\. A detail/);
      assert.deepEqual(shape, { seconds: 4, size: '720x1280', publish: false });
    }
  }
});

test('the same clip twice is two takes', () => {
  const clips = clipsIn('1) a boat 2) a boat');
  assert.deepEqual(clips, [
    { prompt: 'A boat.', publish: true },
    { prompt: 'A boat.', publish: true, variation: 2 },
  ]);
});

for (const [request, ask] of [
  ['Three clips', /What should the clips show/],
  ['Twelve clips about bees', /list what each of the 12 clips shows/],
  ['- a boat\n'.repeat(21), /list 21 clips, and I make 20/],
  ['Five clips: 1) a boat 2) a train', /ask for 5 clips and describe 2/],
] as const) {
  test(`${JSON.stringify(request.slice(0, 40))} is asked back`, () => assert.match(String(shapes(request)), ask));
}
