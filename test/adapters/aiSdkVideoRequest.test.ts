import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Experimental_VideoModelV4CallOptions as CallOptions } from '@ai-sdk/provider';
import { identityOf } from '../../lib/adapters/aiSdk/identity.ts';
import { videoRequest } from '../../lib/adapters/aiSdk/videoRequest.ts';

const NOTHING: CallOptions = {
  ...{ prompt: 'A boat', n: 1, providerOptions: {} },
  ...{ aspectRatio: undefined, resolution: undefined, duration: undefined, fps: undefined, seed: undefined },
  ...{ image: undefined, frameImages: undefined, inputReferences: undefined, generateAudio: undefined },
};

/** What becomes of a call; an image is kept as its first byte. */
async function requestOf(options: Partial<CallOptions> & { webhookUrl?: string }) {
  const { parameters, warnings } = await videoRequest({ ...NOTHING, ...options }, async (image) => ({
    path: `kept-${image[0]}`,
  }));
  return { ...parameters, warned: warnings.map((warning) => (warning.type === 'unsupported' ? warning.feature : '')) };
}

const file = (byte: number) => ({ type: 'file', mediaType: 'image/png', data: Uint8Array.of(byte) }) as const;
const frame = (byte: number, frameType: 'first_frame' | 'last_frame') => ({ image: file(byte), frameType });
const address = { type: 'url', url: 'https://pictures.example/a.png' } as const;

for (const [what, options, expected] of [
  ['nothing but a prompt', {}, { warned: [] }],
  ['a duration', { duration: 8 }, { seconds: '8', warned: [] }],
  ['a resolution', { resolution: '1024x1792' }, { size: '1024x1792', warned: [] }],
  ['a wide shape', { aspectRatio: '16:9' }, { size: '1280x720', warned: [] }],
  ['a tall shape', { aspectRatio: '9:16' }, { size: '720x1280', warned: [] }],
  ['a square', { aspectRatio: '1:1' }, { size: '720x720', warned: [] }],
  ['an odd shape', { aspectRatio: '2.39:1' }, { size: '1720x720', warned: [] }],
  ['a shape of no size', { aspectRatio: '0:9' }, { warned: ['aspectRatio'] }],
  ['the shape of its input', { aspectRatio: 'adaptive' }, { warned: ['aspectRatio'] }],
  [
    'shape and resolution',
    { aspectRatio: '1:1', resolution: '1280x720' },
    { size: '1280x720', warned: ['aspectRatio'] },
  ],
  [
    'what the API has no word for',
    { fps: 24, seed: 0, generateAudio: false },
    { warned: ['fps', 'seed', 'generateAudio'] },
  ],
  ['an image', { image: file(1) }, { input_reference: { path: 'kept-1' }, warned: [] }],
  ['an image as text', { image: { ...file(1), data: 'Bw==' } }, { input_reference: { path: 'kept-7' }, warned: [] }],
  ['an address', { image: address }, { input_reference: { url: address.url }, warned: [] }],
  ['a first frame', { frameImages: [frame(2, 'first_frame')] }, { input_reference: { path: 'kept-2' }, warned: [] }],
  [
    'a first frame that the SDK names twice',
    { image: file(2), frameImages: [frame(2, 'first_frame')] },
    { input_reference: { path: 'kept-2' }, warned: [] },
  ],
  ['a last frame', { frameImages: [frame(3, 'last_frame')] }, { warned: ['frameImages'] }],
  ['a reference', { inputReferences: [file(4)] }, { input_reference: { path: 'kept-4' }, warned: [] }],
  [
    'an image and references',
    { image: file(1), inputReferences: [file(4), address] },
    { input_reference: { path: 'kept-1' }, warned: ['inputReferences', 'inputReferences'] },
  ],
  [
    'a video and an image as references',
    { inputReferences: [{ ...file(5), mediaType: 'video/mp4' }, file(4)] },
    { input_reference: { path: 'kept-4' }, warned: ['inputReferences'] },
  ],
  [
    "a server's own settings",
    { providerOptions: { 'video-toolset': { fit: 'contain', seed: 7 }, other: { loop: true } } },
    { fit: 'contain', extra: { seed: 7 }, warned: [] },
  ],
  ['headers', { headers: { 'user-agent': 'ai', 'Idempotency-Key': 'a', 'x-team': 'film' } }, { warned: ['headers'] }],
  ['a webhook', { webhookUrl: 'https://app.example' }, { warned: ['webhookUrl'] }],
] as const satisfies [string, Partial<CallOptions> & { webhookUrl?: string }, object][]) {
  test(`${what} as the Videos API takes it`, async () => {
    assert.deepEqual(await requestOf(options), { prompt: 'A boat', ...expected });
  });
}

test('several clips in one call, and a way to fit that is none, are refused', async () => {
  await assert.rejects(requestOf({ n: 2 }), /A call makes one clip, not 2: nothing was sent/);
  const providerOptions = { 'video-toolset': { fit: 'crop' } };
  await assert.rejects(requestOf({ providerOptions }), /fit must be one of cover, contain, stretch, none/);
});

test('a clip is told apart by the idempotency key, and by nothing where there is none', () => {
  const { session, variation } = identityOf({ 'Idempotency-Key': 'order 7', 'x-team': 'film' });
  assert.deepEqual(identityOf({ 'idempotency-key': 'order 7' }), { session, variation });
  assert.notEqual(identityOf({ 'idempotency-key': 'order 8' }).variation, variation);
  assert.notDeepEqual(identityOf(), identityOf());
  for (let count = 0; count < 1_000; count++) {
    const { variation } = identityOf();
    assert.ok(Number.isInteger(variation) && variation >= 1 && variation < 2 ** 31);
  }
});
