import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planClip, shapeOf } from '../../../lib/studio/engines/bridge/plan.ts';

const VEO = 'google/veo-3.1-generate-preview';
const GROK = 'xai/grok-imagine-video';

function lengthOf(model: string, seconds: number): [number | undefined, string[]] {
  const { recipe, notes } = planClip(model, { prompt: 'a boat', width: 1280, height: 720, seed: 1, seconds });
  return [recipe.segments[0]?.seconds, notes];
}

test('the length is the nearest that is offered, the shorter of two, and what differs is said', () => {
  assert.deepEqual(lengthOf(VEO, 4), [4, []]);
  assert.deepEqual(lengthOf(VEO, 5), [4, [`4 seconds instead of 5: the nearest that ${VEO} offers.`]]);
  assert.equal(lengthOf(VEO, 60)[0], 8);
  assert.equal(lengthOf('google/veo-2.0-generate-001', 4)[0], 5);
  assert.equal(lengthOf('replicate/google/veo-3', 12)[0], 8);
  assert.equal(lengthOf('fal/veo3', 1)[0], 4);
  assert.deepEqual(lengthOf(GROK, 15), [15, []]);
  assert.equal(lengthOf(GROK, 20)[0], 15);
  assert.equal(lengthOf('black-forest-labs/flux-3-video', 4)[0], 5);
  assert.equal(lengthOf('minimax/MiniMax-H3', 4)[0], 4);
  assert.equal(lengthOf('minimax/MiniMax-H3-Max', 4)[0], 5);
});

test('a length is passed on where nobody knows what is offered', () => {
  assert.equal(lengthOf('fal/some/new-model', 37)[0], 37);
});

test('a size becomes the nearest shape and resolution, and what differs is said', () => {
  const cases: [string, string, number, string, string | undefined, number][] = [
    [VEO, '1280x720', 4, '16:9', '1280x720', 0],
    [VEO, '720x1280', 4, '9:16', '1280x720', 0],
    [VEO, '1920x1080', 8, '16:9', '1920x1080', 0],
    // 1080p is made in the longest clips only.
    [VEO, '1920x1080', 4, '16:9', '1280x720', 1],
    [VEO, '1792x1024', 8, '16:9', '1920x1080', 2],
    [VEO, '1024x1792', 8, '9:16', '1920x1080', 2],
    [VEO, '1000x1000', 8, '16:9', '1920x1080', 2],
    [GROK, '1080x1080', 8, '1:1', '1280x720', 1],
    [GROK, '640x480', 8, '4:3', '854x480', 0],
    ['xai/grok-imagine-video-1.5', '1080x1920', 8, '9:16', '1920x1080', 0],
    ['alibaba/wan2.6-t2v', '1280x720', 5, '16:9', '1280x720', 0],
    ['alibaba/wan2.6-t2v', '720x1280', 5, '9:16', '720x1280', 0],
    ['alibaba/wan2.6-i2v', '1024x1792', 5, '9:16', '1920x1080', 2],
    ['alibaba/wan3.0-video', '720x1280', 5, '9:16', '1280x720', 0],
    ['black-forest-labs/flux-3-video', '1024x1792', 5, '9:16', '1920x1080', 2],
    ['minimax/MiniMax-H3', '1280x720', 5, '16:9', '1366x768', 1],
    ['minimax/MiniMax-H3', '1920x1080', 5, '16:9', '1366x768', 1],
    ['minimax/MiniMax-H3-Max', '480x854', 5, '9:16', '854x480', 0],
    ['gateway/some/model', '1366x768', 5, '16:9', '1280x720', 1],
    ['prodia/inference.wan2-2.lightning.txt2vid.v0', '1280x720', 5, '16:9', undefined, 1],
    ['replicate/minimax/video-01', '1280x720', 5, '16:9', undefined, 1],
    ['fal/luma-dream-machine/ray-2', '2560x1080', 5, '21:9', undefined, 2],
  ];
  for (const [model, size, seconds, aspectRatio, resolution, notes] of cases) {
    const [width = 0, height = 0] = size.split('x').map(Number);
    const shape = shapeOf(model, { width, height, seconds });
    assert.deepEqual([shape.aspectRatio, shape.resolution], [aspectRatio, resolution], `${model} ${size}`);
    assert.equal(shape.notes.length, notes, `${model} ${size}: ${shape.notes}`);
  }
});
