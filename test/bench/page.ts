import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { addJobs } from '../studio/page/manyJobs.ts';
import { CHROMIUM_MISSING, launchBrowser } from '../support/browser.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type Figure, mebibytes, median, milliseconds, percentile } from './figure.ts';
import { benchStreams } from './pageStreams.ts';

const CLIPS = 5_000;
const ROUNDS = 5;

/** The studio's page over 5,000 clips in Chromium, and 200 pages that listen at once. */
export async function* benchPage(): AsyncGenerator<Figure> {
  await using folder = await temporaryFolder();
  const program = path.join(import.meta.dirname, 'studioProcess.ts');
  const studio = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, folder.path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(studio, 'exit');
  try {
    const [output] = await once(studio.stdout, 'data');
    const baseUrl = String(output).trim();
    await fillStudio(baseUrl, folder.path);
    if (CHROMIUM_MISSING) yield { what: 'page', value: CHROMIUM_MISSING };
    else yield* benchBrowser(baseUrl, path.join(folder.path, 'browser'));
    yield* benchStreams(baseUrl, studio.pid ?? 0);
  } finally {
    studio.kill();
    await exited;
  }
}

/** Draws one clip and gives its files to all the others. */
async function fillStudio(baseUrl: string, state: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ prompt: 'Two boats on a lake in the evening', size: '1280x720' });
  const { id } = Object(await (await fetch(`${baseUrl}/videos`, { method: 'POST', headers, body })).json());
  while (Object(await (await fetch(`${baseUrl}/videos/${id}`)).json()).status !== 'completed') await sleep(200);
  addJobs(state, CLIPS);
  const jobs = path.join(state, 'studio', 'jobs');
  for (let number = 1; number <= CLIPS; number++) {
    const target = path.join(jobs, `video_${number.toString(16).padStart(24, '0')}`, 'output');
    mkdirSync(target, { recursive: true });
    for (const name of ['video.mp4', 'thumbnail.webp'])
      linkSync(path.join(jobs, id, 'output', name), path.join(target, name));
  }
}

async function* benchBrowser(baseUrl: string, profile: string): AsyncGenerator<Figure> {
  await using browser = await launchBrowser(profile);
  const painted: number[] = [];
  const filled: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const page = await openPage(browser.context.newPage(), baseUrl);
    const [first, whole]: [number, number] = await page.evaluate(WHOLE);
    painted.push(first);
    filled.push(whole);
    await page.close();
  }
  yield { what: `page, ${CLIPS} clips: first paint`, value: milliseconds(median(painted)) };
  yield { what: `page, ${CLIPS} clips: every picture in the window`, value: milliseconds(median(filled)) };

  const page = await openPage(browser.context.newPage(), baseUrl);
  const begin = await memoryOf(page);
  const { frames, cards, ms }: { frames: number[]; cards: number; ms: number } = await page.evaluate(SCROLL);
  const end = await memoryOf(page);
  yield {
    what: `page: from the first to the last of them by scrolling (${cards} cards in it)`,
    value: milliseconds(ms),
  };
  yield { what: 'page: a frame while scrolling, median', value: milliseconds(median(frames)), aim: '16.7 ms' };
  yield { what: 'page: a frame while scrolling, p99', value: milliseconds(percentile(frames, 99)) };
  yield { what: 'page: memory of its script before', value: mebibytes(begin.heap) };
  yield { what: 'page: memory of its script after all were seen', value: mebibytes(end.heap) };
  yield { what: 'page: nodes before and after', value: `${begin.nodes}, ${end.nodes}` };
  const searched: number[] = [];
  for (let number = 100; number < 120; number++) {
    const started = performance.now();
    await (await fetch(new URL(`/studio/jobs?query=clip ${number}`, baseUrl))).json();
    searched.push(performance.now() - started);
  }
  yield { what: `page: a search over ${CLIPS} clips, median`, value: milliseconds(median(searched)) };
}

async function openPage(opened: Promise<Page>, baseUrl: string): Promise<Page> {
  const page = await opened;
  await page.setViewportSize({ width: 1_280, height: 800 });
  await page.goto(new URL('/', baseUrl).href);
  await page.locator('.poster').first().waitFor();
  return page;
}

/** When no more is given back: pictures that are on their way hold their elements. */
async function memoryOf(page: Page): Promise<{ heap: number; nodes: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const measure = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { metrics } = await session.send('Performance.getMetrics');
    const amountOf = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? 0;
    return { heap: amountOf('JSHeapUsedSize'), nodes: amountOf('Nodes') };
  };
  let last = await measure();
  for (let round = 0; round < 30; round++) {
    await sleep(1_000);
    const now = await measure();
    if (now.nodes === last.nodes) return now;
    last = now;
  }
  return last;
}

/** First paint, and when the last picture that can be seen had arrived. */
const WHOLE = `(async () => {
  const posters = () => [...document.querySelectorAll('.poster')].filter((poster) => poster.getBoundingClientRect().top < innerHeight);
  while (posters().length === 0 || posters().some(({ complete }) => !complete)) await new Promise(requestAnimationFrame);
  return [performance.getEntriesByName('first-contentful-paint')[0].startTime, performance.now()];
})()`;

/** A third of a window a frame, until the last clip is reached. */
const SCROLL = `(async () => {
  const frames = [];
  const started = performance.now();
  let before = started;
  while (document.querySelector('.card:last-child').ariaPosInSet !== document.querySelector('.card').ariaSetSize) {
    scrollBy(0, innerHeight / 3);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - before);
    before = now;
  }
  return { frames, cards: document.querySelectorAll('.card').length, ms: performance.now() - started };
})()`;
