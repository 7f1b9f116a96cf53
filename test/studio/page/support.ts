import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { CHROMIUM_MISSING, launchBrowser } from '../../support/browser.ts';
import { temporaryFolder } from '../../support/temporary.ts';

export interface Visit extends AsyncDisposable {
  page: Page;
}

export interface VisitOptions {
  width?: number;
  height?: number;
  dark?: boolean;
  still?: boolean;
  /** What the browser may complain of: a studio that is stopped cannot be reached. @default nothing */
  mayComplain?: RegExp;
}

type Browser = Awaited<ReturnType<typeof launchBrowser>>;

/**
 * One Chromium for all tests of a file. A page that is left must have asked no other host for anything and must have
 * heard no complaint, such as one of its Content-Security-Policy.
 */
export function sharedBrowser(): { visit(url: string, options?: VisitOptions): Promise<Visit> } {
  let browser: Browser | undefined;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  before(async () => {
    if (CHROMIUM_MISSING) return;
    folder = await temporaryFolder();
    browser = await launchBrowser(folder.path);
    await browser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  after(async () => {
    await browser?.[Symbol.asyncDispose]();
    await folder?.[Symbol.asyncDispose]();
  });
  return {
    async visit(url, { width = 1280, height = 800, dark = false, still = false, mayComplain = /^$/ } = {}) {
      if (browser === undefined) throw new Error('There is no browser.');
      const page = await browser.context.newPage();
      const { origin } = new URL(url);
      const complaints: string[] = [];
      page.on('request', (request) => {
        if (new URL(request.url()).origin !== origin) complaints.push(`asked for ${request.url()}`);
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      await page.setViewportSize({ width, height });
      await page.emulateMedia({
        colorScheme: dark ? 'dark' : 'light',
        reducedMotion: still ? 'reduce' : 'no-preference',
      });
      await page.goto(url);
      return {
        page,
        async [Symbol.asyncDispose]() {
          await page.close();
          const heard = complaints.filter((complaint) => !mayComplain.test(complaint));
          // What is thrown here would hide behind what the test itself has thrown.
          if (heard.length > 0) process.stderr.write(`${url}: ${heard.join('\n')}\n`);
          assert.deepEqual(heard, []);
        },
      };
    },
  };
}

/** Where the page of a studio is. */
export const pageOf = (baseUrl: string): string => new URL('/', baseUrl).href;

/** The prompt of a clip on the wall; the announcer speaks of clips, too. */
export const onWall = (page: Page, prompt: string): Locator =>
  page.locator('.card-prompt').getByText(prompt, { exact: true });
