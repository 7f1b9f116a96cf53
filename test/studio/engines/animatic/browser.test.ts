import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createPainter } from '../../../../lib/studio/engines/animatic/painter.ts';
import { CHROMIUM_MISSING, launchBrowser } from '../../../support/browser.ts';
import { openPlayer } from '../../../support/player.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { paintFrame, psnr, recipeOf, render } from './support.ts';

test('a browser loads a clip, seeks to the very frame and plays to the end', {
  skip: CHROMIUM_MISSING,
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  const recipe = recipeOf({ prompt: 'A horse gallops across a meadow', seconds: 3, width: 640, height: 360 });
  const { video } = await render(recipe, folder.path);
  await using browser = await launchBrowser(join(folder.path, 'browser'));
  await using player = await openPlayer(browser.context, video);
  const painter = createPainter(recipe);
  for (const frame of [60, 11, 37]) {
    const quality = psnr(await player.seek((frame + 0.5) / recipe.fps), paintFrame(painter, frame));
    assert.ok(quality > 28, `frame ${frame}: ${quality} dB`);
  }
  assert.equal(await player.playFrom(1.5), 3);
});
