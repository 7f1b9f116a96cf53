import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import OpenAI from 'openai';
import { createVideoApi } from '../../lib/api/video.ts';
import { openWorkspace } from '../../lib/workspace.ts';

/** One download in a process of its own, so that its memory can be told: `node downloadProcess.ts ours|openai BASE_URL FOLDER`. */
const [client = '', baseUrl = '', folder = ''] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const started = performance.now();
if (client === 'ours') {
  const workspace = openWorkspace(path.join(folder, 'videos'));
  const waits = { requestTimeoutMs: 60_000, pollIntervalMs: 2_000, waitLimitMs: 60_000 };
  const api = createVideoApi({
    baseUrl,
    workspace,
    state: path.join(folder, 'state'),
    headers: {},
    query: {},
    ...waits,
  });
  await api.download('v', { name: 'clip' });
  await api.close();
} else {
  const response = await new OpenAI({ apiKey: 'none', baseURL: baseUrl }).videos.downloadContent('v');
  writeFileSync(path.join(folder, 'clip.mp4'), Buffer.from(await response.arrayBuffer()));
}
const ms = performance.now() - started;
process.stdout.write(JSON.stringify({ ms, peakBytes: process.resourceUsage().maxRSS * 1024 }));
