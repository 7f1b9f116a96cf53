import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CHROMIUM_MISSING } from '../../support/browser.ts';
import { picture } from '../../support/media.ts';
import { ask, createJob, openStudio, reaches, remoteEngine, revisingEngine } from '../../support/studio.ts';
import { pageOf, sharedBrowser } from './support.ts';

/** What the studio has, newest first. */
async function jobsOf(baseUrl: string): Promise<Record<string, unknown>[]> {
  return Object((await ask(`${baseUrl}/videos`)).body).data;
}

describe('the form', { skip: CHROMIUM_MISSING }, () => {
  const { visit } = sharedBrowser();

  test('makes a clip with all that was chosen', async () => {
    await using studio = await openStudio();
    await using seen = await visit(pageOf(studio.baseUrl));
    const { page } = seen;
    await page.getByRole('button', { name: 'Make the first clip' }).click();
    const form = page.getByRole('dialog', { name: 'Make a clip' });
    await form.getByRole('textbox', { name: 'Prompt' }).fill('a boat\non a lake');
    await form.getByRole('radio', { name: '1280 × 720' }).check();
    await form.getByRole('radio', { name: '8 s' }).check();
    await form.getByText('More').click();
    await form.getByLabel('Seed').fill('77');
    await form
      .getByLabel('First frame')
      .setInputFiles({ name: 'frame.png', mimeType: 'image/png', buffer: picture('image/png') });
    await form.getByRole('button', { name: 'Make it' }).click();
    await form.waitFor({ state: 'hidden' });
    await page.getByRole('listitem').filter({ hasText: 'a boat on a lake' }).locator('img').waitFor();
    assert.partialDeepStrictEqual(await jobsOf(studio.baseUrl), [
      { prompt: 'a boat\non a lake', seconds: '8', size: '1280x720', seed: 77 },
    ]);
    await page.getByRole('button', { name: 'Make a clip' }).click();
    assert.equal(await form.getByRole('textbox', { name: 'Prompt' }).inputValue(), '');
  });

  test('says what the studio refuses, beside what was typed, and sends nothing twice', async () => {
    await using studio = await openStudio();
    await using seen = await visit(pageOf(studio.baseUrl), { mayComplain: /400/ });
    const { page } = seen;
    await page.getByRole('button', { name: 'Make a clip' }).click();
    const form = page.getByRole('dialog', { name: 'Make a clip' });
    await form.getByRole('button', { name: 'Make it' }).click();
    assert.equal((await jobsOf(studio.baseUrl)).length, 0, 'an empty prompt is not sent');
    await form.getByRole('textbox', { name: 'Prompt' }).fill('a boat');
    await form.getByText('More').click();
    await form.getByLabel('Seed').fill('9999999999');
    await form.getByRole('button', { name: 'Make it' }).click();
    await form.getByRole('alert').getByText("Invalid 'seed'").waitFor();
    assert.equal(await page.evaluate('document.activeElement.name'), 'seed');
    await form.getByLabel('Seed').fill('9');
    await form.getByRole('button', { name: 'Make it' }).dblclick();
    await form.waitFor({ state: 'hidden' });
    assert.equal((await jobsOf(studio.baseUrl)).length, 1);
  });

  test('remixes, edits and extends the clip that is looked at', async () => {
    await using studio = await openStudio({ engine: revisingEngine() });
    const source = await createJob(studio.baseUrl, { prompt: 'a fox', size: '1280x720' });
    await reaches(studio.baseUrl, source, 'completed');
    await using seen = await visit(`${pageOf(studio.baseUrl)}#${source}`);
    const { page } = seen;
    for (const [name, words] of [
      ['Remix', 'a wolf'],
      ['Edit', 'add rain'],
      ['Extend', 'it sleeps'],
    ] as const) {
      await page.getByRole('dialog', { name: 'Clip' }).getByRole('button', { name }).click();
      const form = page.getByRole('dialog', { name });
      await form.getByRole('textbox', { name: 'Prompt' }).fill(words);
      if (name === 'Extend') await form.getByRole('radio', { name: '12 s' }).check();
      await form.getByRole('button', { name: `${name} it` }).click();
      await form.waitFor({ state: 'hidden' });
    }
    assert.partialDeepStrictEqual(await jobsOf(studio.baseUrl), [
      { prompt: 'it sleeps', source_video_id: source, seconds: '16' },
      { prompt: 'add rain', source_video_id: source, seconds: '4' },
      { prompt: 'a wolf', remixed_from_video_id: source, seconds: '4' },
      { prompt: 'a fox' },
    ]);
  });

  test('says which models cost money, and shows what is told of their clips', async () => {
    const openRemote = async (model: string) =>
      remoteEngine(model, async ({ commit, tell }) => {
        await commit();
        await tell({ notes: ['4 seconds became 5.'], usd: 0.25 });
      });
    await using studio = await openStudio({ models: { 'sora-2': 'acme/veo-9' }, openRemote });
    await using seen = await visit(pageOf(studio.baseUrl), { mayComplain: /404/ });
    const { page } = seen;
    await page.getByRole('button', { name: 'Make a clip' }).click();
    await page.getByRole('textbox', { name: 'Prompt' }).fill('a paid boat');
    const made = page.getByLabel('Made by');
    assert.equal(await made.inputValue(), 'test', 'nothing is spent unless it is chosen');
    await made.selectOption({ label: 'sora-2: acme/veo-9, costs what its provider takes' });
    await page.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('listitem').filter({ hasText: 'a paid boat' }).getByText('No picture').waitFor();
    await page.locator('.card-link').click();
    const details = page.getByRole('dialog', { name: 'Clip' });
    await details.getByText('Requested model').waitFor();
    const facts = await details.locator('.facts').textContent();
    for (const fact of ['acme/veo-9', 'sora-2', '4 seconds became 5.', '$0.25']) assert.ok(facts?.includes(fact), fact);
    assert.equal(await details.getByRole('button', { name: 'Remix' }).count(), 0, 'which only the studio itself can');
  });
});
