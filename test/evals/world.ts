import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { openRuntime, type Runtime } from '../../lib/runtime.ts';
import type { Options } from '../../types/config.ts';
import { startProvider } from '../paid/provider.ts';
import type { Provider } from '../paid/providerClient.ts';
import { RELIABLE_LIST } from '../paid/support.ts';
import { picture, timedMp4 } from '../support/media.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { serveFolder } from '../support/web.ts';
import type { Task, Turn } from './task.ts';

/** Waits as short as a loaded machine bears. */
const QUICK = {
  pollIntervalMs: 25,
  sendDeadlineMs: 1_500,
  requestTimeoutMs: 3_000,
  quarantineMs: 4_600,
  waitLimitMs: 30_000,
};

/** All that a task needs, each part the real one: a server that is paid for every create it accepts, a CDN, a runtime. */
export interface World extends AsyncDisposable {
  provider: Provider;
  runtime: Runtime;
  /** Ids of the clips that were there before. */
  jobs: string[];
  become(turn: Turn): Promise<void>;
}

export async function openWorld({ jobs, files, options }: Task, model: Options): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const workspace = path.join(folder.path, 'videos');
  await mkdir(workspace);
  for (const [name, kind] of Object.entries(files)) {
    await writeFile(path.join(workspace, name), kind === 'picture' ? picture('image/png') : timedMp4(4));
  }
  const provider = stack.use(await startProvider());
  let isUp = true;
  const cdn = path.join(folder.path, 'cdn');
  const web = stack.use(
    await serveFolder(cdn, (_request, response) => {
      if (!isUp) response.writeHead(503).end();
      return !isUp;
    }),
  );
  for (const prompt of jobs) {
    const body = JSON.stringify({ prompt, seconds: '4', size: '1280x720' });
    await fetch(`${provider.baseUrl}/videos`, { method: 'POST', body });
  }
  const runtime = openRuntime({
    ...QUICK,
    ...{ baseUrl: provider.baseUrl, workspace, state: path.join(folder.path, 'state') },
    ...{ cdn: pathToFileURL(cdn).href, cdnPublicUrl: `${web.origin}/cdn` },
    ...model,
    ...options,
    profile: { ...RELIABLE_LIST, refuses429BeforeJob: true, defaultSeconds: 4, ...options.profile },
  });
  stack.defer(() => runtime.close());
  const world = stack.move();
  return {
    provider,
    runtime,
    jobs: (await provider.orders()).map(({ id }) => id),
    async become({ server, cdn: state }) {
      await provider.set(server);
      if (state !== undefined) isUp = state === 'up';
    },
    [Symbol.asyncDispose]: () => world.disposeAsync(),
  };
}
