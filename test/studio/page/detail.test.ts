import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { Locator } from 'playwright-core';
import { CHROMIUM_MISSING } from '../../support/browser.ts';
import { ask, createJob, field, openStudio, reaches, revisingEngine, until } from '../../support/studio.ts';
import { openStudio as openAnimaticStudio } from '../support.ts';
import { onWall, pageOf, sharedBrowser } from './support.ts';

const HOSTILE = `<img src=x onerror="window.isHacked=true"><script>window.isHacked=true</script> & "quotes" <b>bold</b>`;

describe('the view of a clip', { skip: CHROMIUM_MISSING }, () => {
  const { visit } = sharedBrowser();

  test('has a player, the whole prompt, parameters, a download and something to copy', async () => {
    await using studio = await openAnimaticStudio();
    const { id } = await studio.clip({ prompt: 'A red fox in a meadow by day', seconds: '8' });
    await using seen = await visit(pageOf(studio.baseUrl));
    const { page } = seen;
    await onWall(page, 'A red fox in a meadow by day').click();
    const dialog = page.getByRole('dialog', { name: 'Clip' });
    await dialog.locator('.player').waitFor();
    await page.evaluate('document.querySelector(".player").play()');
    await until(async () => (await page.evaluate('document.querySelector(".player").currentTime > 0.1')) === true);
    const facts = await dialog.locator('.facts').textContent();
    for (const fact of [String(id), '8 seconds', '1280 × 720', 'animatic']) assert.ok(facts?.includes(fact), fact);
    await dialog.getByRole('button', { name: 'Copy the prompt' }).click();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), 'A red fox in a meadow by day');
    await dialog.getByRole('button', { name: 'Copy address of the clip' }).click();
    const address = await page.evaluate('navigator.clipboard.readText()');
    assert.deepEqual(Buffer.from(await (await fetch(String(address))).arrayBuffer()), await studio.download(id));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('link', { name: 'Download' }).click(),
    ]);
    assert.match(download.suggestedFilename(), /^a-red-fox-in-a-meadow-by-day-\w{6}\.mp4$/);
  });

  test('tells what others know: cost, and addresses that the page itself never asks for', async () => {
    const facts = {
      usd: 0.8,
      isFree: false,
      published: [{ url: 'file:///home/ada/published/fox.mp4' }, { url: 'https://cdn.example/fox.mp4' }],
    };
    await using studio = await openStudio({ factsOf: async () => facts });
    const id = await createJob(studio.baseUrl);
    await reaches(studio.baseUrl, id, 'completed');
    await using seen = await visit(`${pageOf(studio.baseUrl)}#${id}`);
    const { page } = seen;
    await page.getByText('$0.80').waitFor();
    const link = page.getByRole('link', { name: 'https://cdn.example/fox.mp4' });
    assert.equal(await link.getAttribute('rel'), 'noopener noreferrer');
    assert.equal(await page.locator('.addresses code').textContent(), 'file:///home/ada/published/fox.mp4');
    await page.getByRole('button', { name: 'Copy the address' }).first().click();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), 'file:///home/ada/published/fox.mp4');
  });

  test('goes without cost and addresses where nobody knows them', async () => {
    const factsOf = async () => Promise.reject(new Error('the ledger is locked'));
    await using studio = await openStudio({ factsOf });
    const id = await createJob(studio.baseUrl);
    await using seen = await visit(`${pageOf(studio.baseUrl)}#${id}`);
    await seen.page.getByText(id).waitFor();
    assert.equal(await seen.page.getByText('Cost').count(), 0);
  });

  test('shows from what a clip was made and what was made from it, also where one of them is gone', async () => {
    await using studio = await openStudio({ engine: revisingEngine() });
    const { baseUrl } = studio;
    const make = async (path: string, body: object) => {
      const id = field((await ask(`${baseUrl}${path}`, 'POST', body)).body, 'id');
      await reaches(baseUrl, id, 'completed');
      return id;
    };
    const first = await make('/videos', { prompt: 'a fox' });
    const remix = await make(`/videos/${first}/remix`, { prompt: 'a wolf' });
    await make('/videos/edits', { video: { id: remix }, prompt: 'add rain' });
    await make('/videos/extensions', { video: { id: remix }, prompt: 'it sleeps', seconds: '4' });
    await make(`/videos/${first}/remix`, { prompt: 'a bear' });

    await using seen = await visit(`${pageOf(baseUrl)}#${remix}`);
    const { page } = seen;
    const tree = page.locator('.tree');
    await tree.getByRole('link', { name: 'Remix a wolf' }).and(page.locator('[aria-current=true]')).waitFor();
    /** Each clip with how deep it stands. */
    const shown = async () => {
      const links = await tree.getByRole('link').all();
      const above = (link: Locator) => link.locator('xpath=ancestor::ul[ancestor-or-self::ul[@class="tree"]]').count();
      return await Promise.all(links.map(async (link) => `${await above(link)} ${await link.textContent()}`));
    };
    assert.deepEqual(await shown(), [
      '1 Originala fox',
      '2 Remixa wolf',
      '3 Editadd rain',
      '3 Extensionit sleeps',
      '2 Remixa bear',
    ]);
    await tree.getByRole('link', { name: 'add rain' }).click();
    await page.getByRole('dialog', { name: 'Edit' }).waitFor();
    await page.goBack();
    await page.getByRole('dialog', { name: 'Remix' }).waitFor();

    await ask(`${baseUrl}/videos/${first}`, 'DELETE');
    await page.reload();
    await tree.getByText('A clip that was deleted').waitFor();
    assert.deepEqual(await shown(), ['2 Remixa wolf', '3 Editadd rain', '3 Extensionit sleeps']);
  });

  test('asks before it deletes, and deletes', async () => {
    await using studio = await openStudio();
    const id = await createJob(studio.baseUrl, { prompt: 'a boat to be deleted' });
    await reaches(studio.baseUrl, id, 'completed');
    await using seen = await visit(pageOf(studio.baseUrl));
    const { page } = seen;
    await onWall(page, 'a boat to be deleted').click();
    await page.getByRole('button', { name: 'Delete' }).click();
    const question = page.getByRole('alertdialog', { name: 'Delete this clip?' });
    await question.getByText('a boat to be deleted').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'hidden' });
    assert.equal((await ask(`${studio.baseUrl}/videos/${id}`)).status, 200);
    await page.getByRole('button', { name: 'Delete' }).click();
    await question.getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('No clips yet').waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.equal((await ask(`${studio.baseUrl}/videos/${id}`)).status, 404);
  });

  test('shows what looks like markup as the text it is', async () => {
    await using studio = await openStudio({ engine: revisingEngine() });
    const first = await createJob(studio.baseUrl, { prompt: HOSTILE });
    await reaches(studio.baseUrl, first, 'completed');
    const remix = await ask(`${studio.baseUrl}/videos/${first}/remix`, 'POST', { prompt: HOSTILE });
    await using seen = await visit(pageOf(studio.baseUrl));
    const { page } = seen;
    await page.locator('.card').nth(1).waitFor();
    assert.match(String(await page.locator('.card-prompt').first().textContent()), /^<img src=x onerror=.*<script>/);
    await page.goto(`${pageOf(studio.baseUrl)}#${field(remix.body, 'id')}`);
    assert.equal(await page.locator('.prompt').textContent(), HOSTILE);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByText('The clip is “<img src=x').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.locator('#confirm-text').getByText('“<img src=x onerror=').waitFor();
    assert.equal(await page.evaluate('window.isHacked'), undefined);
  });

  test('says so where the file of a clip is gone', async () => {
    await using studio = await openStudio();
    const id = await createJob(studio.baseUrl);
    await reaches(studio.baseUrl, id, 'completed');
    await rm(path.join(studio.state, 'studio', 'jobs', id), { recursive: true });
    await using seen = await visit(`${pageOf(studio.baseUrl)}#${id}`, { mayComplain: /410/ });
    await seen.page.getByText('The clip cannot be played.').waitFor();
    await seen.page.getByText('No picture').waitFor();
  });

  test('follows a clip that is being made, and one that others delete', async () => {
    const gate = Promise.withResolvers<void>();
    await using studio = await openStudio({ engine: revisingEngine(() => gate.promise) });
    const id = await createJob(studio.baseUrl);
    await using seen = await visit(`${pageOf(studio.baseUrl)}#${id}`, { mayComplain: /404/ });
    const { page } = seen;
    await page.locator('.stage').getByText('In progress').waitFor();
    gate.resolve();
    await page.getByRole('link', { name: 'Download' }).waitFor();
    await ask(`${studio.baseUrl}/videos/${id}`, 'DELETE');
    await page.getByRole('dialog', { name: 'This clip is gone' }).waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('dialog').count(), 0);
  });
});
