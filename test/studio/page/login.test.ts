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
});
