import { describe, test } from 'node:test';
import { CHROMIUM_MISSING } from '../../support/browser.ts';
import { openStudio } from '../../support/studio.ts';
import { pageOf, sharedBrowser } from './support.ts';

describe('a studio with a token', { skip: CHROMIUM_MISSING }, () => {
  const { visit } = sharedBrowser();

  test('asks for it once, and then shows clips, pictures and what happens', async () => {
    const token = 'harbour-lantern-0123456789';
    await using studio = await openStudio({ tokens: [token] });
    await using seen = await visit(pageOf(studio.baseUrl), { mayComplain: /401/ });
    const { page } = seen;
    const login = page.getByRole('dialog', { name: 'This studio asks for a token' });
    await login.getByLabel('Token').fill('wrong');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await login.getByText('That is not the token.').waitFor();
    await login.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByText('No clips yet').waitFor();

    const body = JSON.stringify({ prompt: 'a boat' });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    await fetch(`${studio.baseUrl}/videos`, { method: 'POST', headers, body });
    await page.locator('img.poster').waitFor();
    await page.reload();
    await page.locator('img.poster').waitFor();
  });

  test('lets a person in while somebody at the same address tries one token after the other', async () => {
    const token = 'harbour-lantern-0123456789';
    await using studio = await openStudio({ tokens: [token], limits: { failures: { perSecond: 0.01, burst: 1 } } });
    for (let index = 0; index < 2; index++)
      await fetch(`${studio.baseUrl}/videos`, { headers: { authorization: 'Bearer a-guess-of-16-chars' } });
    await using seen = await visit(pageOf(studio.baseUrl), { mayComplain: /429/ });
    const { page } = seen;
    await page.getByRole('dialog', { name: 'This studio asks for a token' }).getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByText('No clips yet').waitFor();
  });
});
