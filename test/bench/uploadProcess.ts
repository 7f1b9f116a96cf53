import { createVideoApi } from '../../lib/api/video.ts';
import { openWorkspace } from '../../lib/workspace.ts';

/** One upload in a process of its own, so that its memory can be told: `node uploadProcess.js BASE_URL WORKSPACE FILE`. */
const [baseUrl = '', root = '', file = ''] = process.argv.slice(2);
const started = performance.now();
const api = createVideoApi({
  baseUrl,
  workspace: openWorkspace(root),
  state: root,
  headers: {},
  query: {},
  requestTimeoutMs: 60_000,
  pollIntervalMs: 2_000,
  waitLimitMs: 60_000,
});
await api.createCharacter({ name: 'Ada', video: { path: file } });
await api.close();
const ms = performance.now() - started;
process.stdout.write(JSON.stringify({ ms, peakBytes: process.resourceUsage().maxRSS * 1024 }));
