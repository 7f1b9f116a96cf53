import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { BrowserContext } from 'playwright-core';

export interface Player extends AsyncDisposable {
  /** RGBA of what is shown at that second. */
  seek(second: number): Promise<Buffer>;
  /** Plays from that second to the end. @returns the length of the clip in seconds */
  playFrom(second: number): Promise<number>;
}

/** A clip in a page of a browser, served with byte ranges. */
export async function openPlayer(context: BrowserContext, video: string): Promise<Player> {
  const server = await serve(video);
  const page = await context.newPage();
  await page.goto(server.url);
  await page.waitForFunction('document.querySelector("video").readyState >= 2');
  return {
    async seek(second) {
      const pixels: string = await page.evaluate(`seek(${second})`);
      return Buffer.from(pixels, 'base64');
    },
    playFrom: (second) => page.evaluate(`playFrom(${second})`),
    async [Symbol.asyncDispose]() {
      await page.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

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
async function playFrom(time) {
  const ended = heard('ended');
  video.currentTime = time;
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
