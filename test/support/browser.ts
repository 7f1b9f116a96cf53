import { existsSync } from 'node:fs';
import { type BrowserContext, chromium } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Why a test in a browser cannot run, or false. With REQUIRE_REAL=1 it runs, and fails. */
export const CHROMIUM_MISSING =
  !existsSync(CHROMIUM) && process.env.REQUIRE_REAL !== '1' ? `${CHROMIUM} is not installed` : false;

/** Chromium with a folder of its own; closing it must not leave a process behind. */
export async function launchBrowser(userDataDir: string): Promise<{ context: BrowserContext } & AsyncDisposable> {
  const context = await chromium.launchPersistentContext(userDataDir, {
    executablePath: CHROMIUM,
    args: ARGUMENTS,
    headless: true,
  });
  return { context, [Symbol.asyncDispose]: () => context.close() };
}
