import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import type { RenderTask } from '../../../lib/studio/engines/engine.ts';
import { startStudio } from '../../../lib/studio/server.ts';
import { CHROMIUM_MISSING } from '../../support/browser.ts';
import { freePort } from '../../support/freePort.ts';
import { ask, createJob, openStudio, reaches, testEngine, until } from '../../support/studio.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { openStudio as openAnimaticStudio } from '../support.ts';
import { onWall, pageOf, sharedBrowser } from './support.ts';

/** Work that reports what it is told to, and ends when it is told to. */
function gatedWork() {
  const tasks: RenderTask[] = [];
  const end = new EventTarget();
  return {
    tasks,
    end: () => end.dispatchEvent(new Event('end')),
    async work(task: RenderTask) {
      tasks.push(task);
      await once(end, 'end', { signal: task.signal });
    },
  };
}

describe('the wall', { skip: CHROMIUM_MISSING }, () => {
  const { visit } = sharedBrowser();

  test('fills while jobs run, whichever program runs them, without being loaded again', async () => {
    const { work, end, tasks } = gatedWork();
    await using studio = await openStudio({ engine: testEngine(work), concurrency: 1 });
    await using seen = await visit(pageOf(studio.baseUrl));
    const { page } = seen;
    await page.getByText('No clips yet').waitFor();
    await page.evaluate('window.isTheSame = true');

    await createJob(studio.baseUrl, { prompt: 'a boat on a lake' });
    const card = page.getByRole('listitem').filter({ hasText: 'a boat on a lake' });
    await card.getByText('In progress').waitFor();
    await until(() => tasks.length === 1);
    tasks[0]?.onProgress(42, 100);
    await card.getByText('42%').waitFor();
    assert.equal(await card.getByRole('progressbar').getAttribute('value'), '42');
    assert.equal(await page.title(), '(1) Studio');
    end();
    await card.locator('img').waitFor();
    await page.getByRole('status').getByText('Finished: a boat on a lake.').waitFor({ state: 'attached' });

    const other = await startStudio({ state: studio.state, engine: testEngine() });
    const id = await createJob(other.baseUrl, { prompt: 'a train elsewhere' });
    await page.getByRole('listitem').filter({ hasText: 'a train elsewhere' }).locator('img').waitFor();
    await ask(`${other.baseUrl}/videos/${id}`, 'DELETE');
    await onWall(page, 'a train elsewhere').waitFor({ state: 'detached' });
    await other.close();
    assert.equal(await page.evaluate('window.isTheSame'), true);
  });

  test('plays a clip under the mouse, and in its place when it is tapped', async () => {
    await using studio = await openAnimaticStudio();
    await studio.clip();
    await using seen = await visit(pageOf(studio.baseUrl));
    const { page } = seen;
    const picture = page.locator('.picture');
    const isPlaying = () =>
      page.evaluate(
        '(() => { const v = document.querySelector(".preview"); return v !== null && v.currentTime > 0.1 && v.muted })()',
      );
    await picture.hover();
    await until(async () => (await isPlaying()) === true);
    await page.mouse.move(2, 2);
    await page.locator('.preview').waitFor({ state: 'detached' });

    const touch = await page.context().newCDPSession(page);
    await touch.send('Emulation.setTouchEmulationEnabled', { enabled: true });
    const { x = 0, y = 0 } = (await picture.boundingBox()) ?? {};
    const tap = async () => {
      await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: x + 20, y: y + 20 }] });
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    await tap();
    await until(async () => (await isPlaying()) === true);
    assert.equal(await page.getByRole('dialog').count(), 0);
    await tap();
    await page.getByRole('dialog').waitFor();
  });

  test('moves nothing for who prefers that', async () => {
    await using studio = await openAnimaticStudio();
    await studio.clip();
    await using seen = await visit(pageOf(studio.baseUrl), { still: true });
    await seen.page.locator('.picture').hover();
    await seen.page.locator('.card-link').focus();
    await seen.page.waitForTimeout(600);
    assert.equal(await seen.page.locator('.preview').count(), 0);
  });

  test('says why a clip failed, finds by words and by status, and counts', async () => {
    const engine = testEngine(({ recipe }) => {
      if (recipe.seed === 13) throw new Error('The pencil broke.');
    });
    await using studio = await openStudio({ engine });
    for (const [prompt, seed] of [
      ['ein Bär im Wald', 1],
      ['a boat', 13],
      ['100% rain', 2],
    ] as const) {
      await reaches(
        studio.baseUrl,
        await createJob(studio.baseUrl, { prompt, seed }),
        seed === 13 ? 'failed' : 'completed',
      );
    }
    await using seen = await visit(pageOf(studio.baseUrl));
    const { page } = seen;
    await page.getByText('The pencil broke.').waitFor();
    const shown = async (...prompts: string[]) => {
      await until(async () => (await page.locator('.card-prompt').allTextContents()).join() === prompts.join());
    };
    await shown('100% rain', 'a boat', 'ein Bär im Wald');
    await page.keyboard.press('/');
    await page.keyboard.type('BÄR wald');
    await shown('ein Bär im Wald');
    await page.getByLabel('Search').fill('0%');
    await shown('100% rain');
    await page.getByRole('status').getByText('1 clip found.').waitFor({ state: 'attached' });
    await page.getByLabel('Search').fill('nothing like it');
    await page.getByText('No clip is like that').waitFor();
    await page.keyboard.press('Escape');
    await shown('100% rain', 'a boat', 'ein Bär im Wald');
    await page.getByRole('radio', { name: 'Failed 1' }).check({ force: true });
    await shown('a boat');
    await page.getByRole('radio', { name: 'Finished 2' }).check({ force: true });
    await shown('100% rain', 'ein Bär im Wald');
    await createJob(studio.baseUrl, { prompt: 'a late boat' });
    await shown('a late boat', '100% rain', 'ein Bär im Wald');
  });

  test('shows newer clips that a search finds, and leaves who has scrolled down where they are', async () => {
    await using studio = await openStudio();
    for (let boat = 1; boat <= 30; boat++) await createJob(studio.baseUrl, { prompt: `boat ${boat}` });
    await using seen = await visit(pageOf(studio.baseUrl), { height: 500 });
    const { page } = seen;
    await onWall(page, 'boat 30').waitFor();
    await page.mouse.wheel(0, 600);
    const top = () => page.evaluate('document.elementFromPoint(200, 300).closest("li").dataset.id');
    await until(async () => (await page.evaluate('scrollY')) === 600);
    const before = await top();
    await createJob(studio.baseUrl, { prompt: 'boat 31' });
    await createJob(studio.baseUrl, { prompt: 'boat 32' });
    const newer = page.getByRole('button', { name: '2 newer clips' });
    await newer.waitFor();
    assert.equal(await top(), before);
    await newer.click();
    await onWall(page, 'boat 32').waitFor();
    assert.deepEqual(
      await page.evaluate('[scrollY, document.activeElement.querySelector(".card-prompt").textContent]'),
      [0, 'boat 32'],
    );
    await page.getByLabel('Search').fill('boat 3');
    await onWall(page, 'boat 29').waitFor({ state: 'detached' });
    await createJob(studio.baseUrl, { prompt: 'boat 33' });
    await createJob(studio.baseUrl, { prompt: 'a train' });
    await onWall(page, 'boat 33').waitFor();
    assert.equal(await onWall(page, 'a train').count(), 0);
  });

  test('says that the studio is gone, and goes on when it is back', async () => {
    await using folder = await temporaryFolder();
    const port = await freePort();
    const start = () => startStudio({ state: folder.path, engine: testEngine(), port });
    const first = await start();
    await createJob(first.baseUrl, { prompt: 'before' });
    await using seen = await visit(pageOf(first.baseUrl), {
      mayComplain: /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED/,
    });
    const { page } = seen;
    await onWall(page, 'before').waitFor();
    const stopped = performance.now();
    await first.close();
    assert.ok(performance.now() - stopped < 5_000, 'no stream holds a studio that is closed');
    await page.getByRole('alert').getByText('The studio does not answer').waitFor();
    const second = await start();
    await createJob(second.baseUrl, { prompt: 'after' });
    await onWall(page, 'after').waitFor();
    await page.getByRole('alert').waitFor({ state: 'hidden' });
    await second.close();
  });
});
