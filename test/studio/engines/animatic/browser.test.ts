import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { createPainter } from '../../../../lib/studio/engines/animatic/painter.ts';
import { CHROMIUM_MISSING, launchBrowser } from '../../../support/browser.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { paintFrame, psnr, recipeOf, render } from './support.ts';

test('a browser loads a clip, seeks to the very frame and plays to the end', {
  skip: CHROMIUM_MISSING,
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  const recipe = recipeOf({ prompt: 'A horse gallops across a meadow', seconds: 3, width: 640, height: 360 });
  const { video } = await render(recipe, folder.path);
  await using server = await serve(video);
  await using browser = await launchBrowser(join(folder.path, 'browser'));
  const page = await browser.context.newPage();
  await page.goto(server.url);
  await page.waitForFunction('document.querySelector("video").readyState >= 2');
  const painter = createPainter(recipe);
  for (const frame of [60, 11, 37]) {
    const pixels: string = await page.evaluate(`seek(${(frame + 0.5) / recipe.fps})`);
    const quality = psnr(Buffer.from(pixels, 'base64'), paintFrame(painter, frame));
    assert.ok(quality > 28, `frame ${frame}: ${quality} dB`);
  }
  assert.equal(await page.evaluate('playToEnd()'), 3);
});

const PAGE = `<!doctype html><video src="/video.mp4" muted preload="auto"></video><script>
const video = document.querySelector('video');
const heard = (name) => new Promise((resolve) => video.addEventListener(name, resolve, { once: true }));
async function seek(time) {
  const seeked = heard('seeked');
  const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  video.currentTime = time;
  await seeked;
  await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, 500))]);
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  return btoa(Array.from(context.getImageData(0, 0, canvas.width, canvas.height).data, (byte) => String.fromCharCode(byte)).join(''));
}
async function playToEnd() {
  const ended = heard('ended');
  video.currentTime = 1.5;
  await video.play();
  await ended;
  return video.duration;
}
</script>`;

/** The page and the clip on a free port, the clip with byte ranges, without which a browser cannot seek. */
async function serve(video: string): Promise<{ url: string } & AsyncDisposable> {
  const { size } = await stat(video);
  const server = createServer((request, response) => {
    if (request.url !== '/video.mp4') return response.setHeader('content-type', 'text/html').end(PAGE);
    const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const start = Number(from);
    const end = to ? Number(to) : size - 1;
    response.writeHead(request.headers.range ? 206 : 200, {
      'content-type': 'video/mp4',
      'accept-ranges': 'bytes',
      'content-length': end - start + 1,
      ...(request.headers.range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
    });
    return createReadStream(video, { start, end })
      .on('error', () => response.destroy())
      .pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${portOf(server)}/`, [Symbol.asyncDispose]: () => close(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
