import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { documentOf, openCommandLine } from '../../cli/support.ts';
import { CHROMIUM_MISSING, launchBrowser } from '../../support/browser.ts';
import { NGINX_MISSING, startNginx } from '../../support/nginx.ts';
import { ACCOUNT_MISSING, makeAccount, startSshd } from '../../support/sshd.ts';

const skip = ACCOUNT_MISSING || NGINX_MISSING || CHROMIUM_MISSING;

test('one command makes a clip, and a browser plays it from its public address', {
  skip,
  timeout: 120_000,
}, async () => {
  using account = makeAccount({ isLockedIn: true });
  await using server = await startSshd({ account });
  await using web = await startNginx(server.folder);
  await using cli = await openCommandLine({
    HOME: server.home,
    CDN_URL: server.address.href,
    CDN_PUBLIC_URL: web.origin,
  });
  const outcome = await cli.run(['produce', 'A paper boat at dusk', '--seconds', '4', '--json']);
  assert.equal(outcome.code, 0, outcome.stderr);
  const [published] = documentOf(outcome).published ?? [];
  assert.ok(published);
  assert.ok(published.url.startsWith(`${web.origin}/`));
  const served = await fetch(published.url);
  assert.equal(served.headers.get('content-type'), 'video/mp4');
  assert.ok(Buffer.from(await served.arrayBuffer()).equals(await readFile(published.path)));
  const poster = await fetch(published.poster_url ?? '');
  assert.equal(poster.headers.get('content-type'), 'image/webp');
  const sidecar: Record<string, unknown> = JSON.parse(await (await fetch(published.sidecar_url ?? '')).text());
  assert.deepEqual([sidecar.prompt, sidecar.sha256], ['A paper boat at dusk', published.sha256]);
  assert.equal((await fetch(`${web.origin}/.staging/`)).status, 403, 'what is not public yet is out of reach');

  await using browser = await launchBrowser(path.join(server.home, 'browser'));
  const page = await browser.context.newPage();
  await page.goto(published.url);
  const seconds = await page.evaluate(`new Promise((resolve, reject) => {
    const video = document.querySelector('video');
    video.muted = true;
    video.addEventListener('ended', () => resolve(video.currentTime));
    video.addEventListener('error', () => reject(video.error));
    video.playbackRate = 4;
    video.play();
  })`);
  assert.equal(Math.round(Number(seconds)), 4);
});
