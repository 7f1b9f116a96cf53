import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CHROMIUM_MISSING } from '../../support/browser.ts';
import { createJob, openStudio, until } from '../../support/studio.ts';
import { addJobs } from './manyJobs.ts';
import { onWall, pageOf, sharedBrowser } from './support.ts';

describe('five thousand clips', { skip: CHROMIUM_MISSING }, () => {
  const { visit } = sharedBrowser();

  test('are all reached, and only those near the window are in the page', async () => {
    await using studio = await openStudio();
    addJobs(studio.state, 5_000);
    // The studio's first look at a job finds its picture missing, which the browser tells.
    await using seen = await visit(pageOf(studio.baseUrl), { mayComplain: /410/ });
    const { page } = seen;
    const count = () => page.locator('.card').count();
    await onWall(page, 'clip 5000').waitFor();
    assert.ok((await count()) < 100);
    assert.equal(await page.locator('.card').first().getAttribute('aria-setsize'), '5000');
    await page.getByRole('link', { name: 'clip 5000' }).focus();
    await until(async () => {
      await page.keyboard.press('End');
      return (await onWall(page, 'clip 1').count()) === 1;
    }, 60_000);
    assert.equal(await page.locator('.card').last().getAttribute('aria-posinset'), '5000');
    assert.ok((await count()) < 100);
    await createJob(studio.baseUrl, { prompt: 'the newest' });
    await page.getByRole('button', { name: '1 newer clip' }).click();
    await onWall(page, 'the newest').waitFor();
    assert.ok((await count()) < 100);
    await page.getByRole('searchbox').fill('clip 4321');
    await onWall(page, 'clip 4321').waitFor();
    assert.equal(await count(), 1);
  });
});
