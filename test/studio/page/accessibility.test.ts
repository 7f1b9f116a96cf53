import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { CHROMIUM_MISSING } from '../../support/browser.ts';
import { ask, createJob, field, openStudio, reaches, revisingEngine, untilStopped } from '../../support/studio.ts';
import { onWall, pageOf, sharedBrowser } from './support.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe-core finds on the page as it is now. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const found: { id: string; impact: string; nodes: { html: string }[] }[] = await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
  );
  return found.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

describe('axe-core', { skip: CHROMIUM_MISSING }, () => {
  const { visit } = sharedBrowser();

  for (const [name, options] of [
    ['in the light', {}],
    ['in the dark', { dark: true }],
    ['on a telephone', { width: 360, height: 740 }],
  ] as const) {
    test(`finds nothing ${name}: wall, view of a clip, form, question, empty wall`, async () => {
      const engine = revisingEngine((task) => {
        if (task.recipe.seed === 1) throw new Error('The pencil broke.');
        return task.recipe.seed === 2 ? untilStopped(task) : undefined;
      });
      const facts = { isFree: true, published: [{ url: 'https://cdn.example/fox.mp4' }] };
      await using studio = await openStudio({ engine, concurrency: 1, factsOf: async () => facts });
      const { baseUrl } = studio;
      const done = await createJob(baseUrl, { prompt: 'a finished fox', seed: 3 });
      await reaches(baseUrl, done, 'completed');
      const remix = field((await ask(`${baseUrl}/videos/${done}/remix`, 'POST', { prompt: 'a wolf' })).body, 'id');
      await reaches(baseUrl, remix, 'completed');
      await reaches(baseUrl, await createJob(baseUrl, { prompt: 'a failed one', seed: 1 }), 'failed');
      await createJob(baseUrl, { prompt: 'one that goes on', seed: 2 });
      await createJob(baseUrl, { prompt: 'one that waits' });

      await using seen = await visit(pageOf(baseUrl), options);
      const { page } = seen;
      await page.getByText('1%').waitFor();
      assert.deepEqual(await findings(page), []);
      await onWall(page, 'a wolf').click();
      await page.getByRole('link', { name: 'https://cdn.example/fox.mp4' }).waitFor();
      assert.deepEqual(await findings(page), []);
      await page.getByRole('button', { name: 'Extend' }).click();
      await page.getByRole('dialog', { name: 'Extend' }).waitFor();
      assert.deepEqual(await findings(page), []);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('alertdialog').waitFor();
      assert.deepEqual(await findings(page), []);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Make a clip' }).click();
      await page.getByText('More').click();
      assert.deepEqual(await findings(page), []);
      await page.keyboard.press('Escape');
      await page.getByRole('searchbox').fill('nothing like it');
      await page.getByText('No clip is like that').waitFor();
      assert.deepEqual(await findings(page), []);
    });
  }

  test('nothing is wider than the window, from a small telephone to a wide screen', async () => {
    await using studio = await openStudio({ engine: revisingEngine() });
    const prompt = `A${'a'.repeat(300)} ${'long words '.repeat(200)}`;
    const id = await createJob(studio.baseUrl, { prompt });
    await reaches(studio.baseUrl, id, 'completed');
    for (const width of [360, 768, 1280, 2560]) {
      await using seen = await visit(pageOf(studio.baseUrl), { width });
      const { page } = seen;
      const isFitting = async (element: string) =>
        assert.equal(
          await page.evaluate(`${element}.scrollWidth <= ${element}.clientWidth`),
          true,
          `${element} at ${width}`,
        );
      await page.locator('.card-prompt').waitFor();
      await isFitting('document.documentElement');
      await page.locator('.card-prompt').click();
      await page.locator('.prompt').waitFor();
      await isFitting('document.querySelector("#detail")');
    }
  });
});
