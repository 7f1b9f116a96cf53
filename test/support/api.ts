import path from 'node:path';
import { systemClock } from '../../lib/api/clock.ts';
import { createVideoApi, type VideoApi, type VideoApiConfig } from '../../lib/api/video.ts';
import { openWorkspace, type Workspace } from '../../lib/workspace.ts';
import { keyless, keylessLog } from './keyless.ts';
import { temporaryFolder } from './temporary.ts';

export interface TestApi extends AsyncDisposable {
  api: VideoApi;
  workspace: Workspace;
  /** Holds the workspace (`videos`) and the state folder (`state`). */
  folder: string;
}

/** A client over a workspace of its own, whose pauses are short; it shows its key nowhere. */
export async function openApi(baseUrl: string, options: Partial<VideoApiConfig> = {}): Promise<TestApi> {
  const folder = await temporaryFolder();
  const workspace = openWorkspace(path.join(folder.path, 'videos'));
  const credentials = { headers: {}, query: {}, ...options };
  const { log, check } = keylessLog(credentials);
  const api = createVideoApi({
    baseUrl,
    log,
    requestTimeoutMs: 5_000,
    pollIntervalMs: 20,
    waitLimitMs: 5_000,
    clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 50, signal) },
    state: path.join(folder.path, 'state'),
    workspace,
    ...credentials,
  });
  return {
    api: keyless(api),
    workspace,
    folder: folder.path,
    async [Symbol.asyncDispose]() {
      await api.close();
      check();
      await folder[Symbol.asyncDispose]();
    },
  };
}
