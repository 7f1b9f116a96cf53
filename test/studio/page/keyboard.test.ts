import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { CHROMIUM_MISSING } from '../../support/browser.ts';
import { ask, createJob, openStudio, reaches, until } from '../../support/studio.ts';
import { onWall, pageOf, sharedBrowser } from './support.ts';

/** What has the focus, as a screen reader would name it. */
const focused = (page: Page) =>
  page.evaluate(
    '(document.activeElement.ariaLabel ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent).trim()',
  );

describe('the keyboard', { skip: CHROMIUM_MISSING }, () => {
  const { visit } = sharedBrowser();

  test('moves over the wall, which is one stop of Tab, and opens and closes a clip', async () => {
    await using studio = await openStudio();
    // Three rows of three at this width.
    for (let number = 1; number <= 9; number++)
      await createJob(studio.baseUrl, { prompt: `clip ${number}.`, size: '1280x720' });
    await using seen = await visit(pageOf(studio.baseUrl));
    const { page } = seen;
    await onWall(page, 'clip 1.').waitFor();
    await until(async () => (await page.locator('.poster').count()) === 9);
    const pressed = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
      return /clip \d/.exec(String(await focused(page)))?.[0];
    };
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'Skip to the clips');
    assert.equal(await pressed('Enter'), 'clip 9');
    assert.equal(await pressed('ArrowRight'), 'clip 8');
    assert.equal(await pressed('ArrowDown'), 'clip 5');
    assert.equal(await pressed('ArrowDown', 'ArrowDown'), 'clip 2');
    assert.equal(await pressed('ArrowUp', 'ArrowLeft'), 'clip 6');
    assert.equal(await pressed('End'), 'clip 1');
    assert.equal(await pressed('ArrowRight'), 'clip 1');
    assert.equal(await pressed('Home'), 'clip 9');
    assert.equal(await pressed('PageDown', 'PageDown', 'PageDown'), 'clip 3');
    assert.equal(await page.locator('.card-link[tabindex="0"]').count(), 1);
    await page.keyboard.press('Shift+Tab');
    assert.equal(await focused(page), 'Make a clip');
    assert.equal(await pressed('Tab'), 'clip 3');

    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Clip' }).waitFor();
    assert.equal(await focused(page), 'Close');
    await page.keyboard.press('Escape');
    assert.equal(await pressed(), 'clip 3', 'the focus is back where it was');
  });

  test('makes, finds and deletes a clip without a mouse', async () => {
    await using studio = await openStudio();
    await using seen = await visit(pageOf(studio.baseUrl));
    const { page } = seen;
    await page.getByText('No clips yet').waitFor();
    const tabTo = async (name: RegExp) => {
      for (let step = 0; step < 30; step++) {
        await page.keyboard.press('Tab');
        if (name.test(String(await focused(page)))) return;
      }
      assert.fail(`Tab does not lead to ${name}`);
    };
    await tabTo(/^Make a clip$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Make a clip' }).waitFor();
    await page.keyboard.type('a boat by keyboard');
    await tabTo(/720 × 1280/);
    await page.keyboard.press('ArrowRight');
    await tabTo(/^Make it$/);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('dialog', { name: 'Make a clip' }).waitFor({ state: 'hidden' });
    await page.getByRole('listitem').filter({ hasText: 'a boat by keyboard' }).waitFor();
    assert.partialDeepStrictEqual(Object((await ask(`${studio.baseUrl}/videos`)).body).data, [{ size: '1280x720' }]);

    await page.keyboard.press('/');
    assert.equal(await focused(page), 'Search prompts, ids and models');
    await page.keyboard.type('/boat');
    await page.getByText('No clip is like that').waitFor();
    await page.keyboard.press('Escape');
    await tabTo(/^All/);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    assert.match(String(await focused(page)), /^Finished/);
    await tabTo(/a boat by keyboard/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Clip' }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).waitFor();
    await tabTo(/^Delete$/);
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog').waitFor();
    assert.equal(await focused(page), 'Cancel');
    await tabTo(/^Delete it$/);
    await page.keyboard.press('Enter');
    await page.getByText('No clip is like that').waitFor();
  });

  test('keeps its place while clips come and change', async () => {
    await using studio = await openStudio();
    await reaches(studio.baseUrl, await createJob(studio.baseUrl, { prompt: 'the first' }), 'completed');
    await using seen = await visit(pageOf(studio.baseUrl));
    const { page } = seen;
    await page.locator('.card-link').focus();
    for (let number = 1; number <= 12; number++) await createJob(studio.baseUrl, { prompt: `clip ${number}.` });
    await onWall(page, 'clip 12.').waitFor();
    assert.match(String(await focused(page)), /the first/);
    await page.keyboard.press('ArrowLeft');
    assert.match(String(await focused(page)), /clip 1\./);
  });
});
