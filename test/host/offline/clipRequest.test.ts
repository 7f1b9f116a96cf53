import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readClipRequest } from '../../../lib/host/offline/clipRequest.ts';

for (const [words, seconds] of [
  ['8 seconds', 8],
  ['8s', 8],
  ['8 s', 8],
  ['8-second', 8],
  ['an 8 sec clip', 8],
  ['12secs', 12],
  ['eight seconds', 8],
  ['Twelve-second', 12],
  ['sixteen seconds', 16],
  ['twenty seconds', 20],
  ['4 seconds, then 8 seconds', 4],
  ['the 8 seconds', 8],
  ['in 8 minutes', undefined],
  ['1.5 seconds', undefined],
  ['a party in the 80s', undefined],
  ["a '90s room", undefined],
  ['the 1980s', undefined],
  ['the little ones play', undefined],
  ['tens of thousands of birds', undefined],
  ['two people, ten ships', undefined],
  ['a second chance', undefined],
] as const) {
  test(`"${words}" is a length of ${seconds ?? 'nothing'}`, () => {
    assert.equal(readClipRequest(`A boat. ${words}.`).seconds, seconds);
  });
}

for (const [words, size] of [
  ['landscape', '1280x720'],
  ['Landscape format', '1280x720'],
  ['horizontal', '1280x720'],
  ['widescreen', '1280x720'],
  ['16:9', '1280x720'],
  ['portrait', '720x1280'],
  ['in portrait mode', '720x1280'],
  ['vertical', '720x1280'],
  ['9:16', '720x1280'],
  ['1792x1024', '1792x1024'],
  ['1024 × 1792', '1024x1792'],
  ['portrait, 1280x720', '1280x720'],
  ['a portrait of a woman', undefined],
  ['a landscape of dunes', undefined],
  ['a landscape painting', undefined],
  ['portraits', undefined],
  ['4x4', undefined],
] as const) {
  test(`"${words}" is a size of ${size ?? 'nothing'}`, () => {
    assert.equal(readClipRequest(`A boat, ${words}`).size, size);
  });
}

for (const [words, publish] of [
  ['Publish it.', true],
  ['', true],
  ['Do not publish it.', false],
  ["Don't publish.", false],
  ['Don’t upload it.', false],
  ['Never publish this.', false],
  ['Make it without publishing.', false],
  ['Make it, not uploaded.', false],
  ['The publisher is not amused.', true],
] as const) {
  test(`"${words}" ${publish ? 'allows' : 'forbids'} publishing`, () => {
    assert.equal(readClipRequest(`A boat. ${words}`).publish, publish);
  });
}

for (const [request, prompt] of [
  ['A paper boat drifts at dusk. 8 seconds, landscape. Publish it.', 'A paper boat drifts at dusk.'],
  ['A boat. Make it 8 seconds long, in portrait, please, and then publish it to the CDN!', 'A boat.'],
  ['A boat\nvertical format\ndo not publish', 'A boat'],
  ['A boat for 8 seconds. It sinks.', 'A boat for 8 seconds. It sinks.'],
  ['8 seconds, landscape. Publish it.', ''],
  ['A boat, 8 seconds, landscape', 'A boat.'],
  ['  A boat  ', 'A boat'],
  ['Un bateau. Пароход плывёт. 船。', 'Un bateau. Пароход плывёт. 船。'],
] as const) {
  test(`the prompt of ${JSON.stringify(request)} holds no instruction`, () => {
    assert.equal(readClipRequest(request).prompt, prompt);
  });
}

test('a long request is read in no time', () => {
  const started = performance.now();
  readClipRequest('a 8 the and or it 12 s '.repeat(10_000));
  assert.ok(performance.now() - started < 2_000);
});
