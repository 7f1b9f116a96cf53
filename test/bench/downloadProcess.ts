import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { appendBody } from '../../lib/api/append.ts';
import { systemClock } from '../../lib/api/clock.ts';
import { contentSource } from '../../lib/api/content.ts';
import { createHttp } from '../../lib/api/http.ts';
import { claimPartial } from '../../lib/api/partial.ts';
import { createVideoApi } from '../../lib/api/video.ts';
import { createLog } from '../../lib/log.ts';
import { openWorkspace } from '../../lib/workspace.ts';

/** One download in a process of its own, so that its memory can be told: `node downloadProcess.js transfer|whole|openai BASE_URL FOLDER`. */
const [what = '', baseUrl = '', folder = ''] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const settings = { baseUrl, headers: {}, query: {}, requestTimeoutMs: 60_000 };

const downloads: Record<string, () => Promise<void>> = {
  /** The body to its partial file: no sync, no hash, no checks. */
  async transfer() {
    const http = createHttp({ ...settings, log: createLog(), refuses429BeforeJob: false });
    const source = contentSource(http, { id: 'v', status: 'completed', raw: {} }, 'video', systemClock);
    await appendBody(await claimPartial(folder, 'v'), source, { maxBytes: 2 ** 40, overlapBytes: 0 });
    await http.close();
  },
  async whole() {
    const workspace = openWorkspace(path.join(folder, 'videos'));
    const waits = { pollIntervalMs: 2_000, waitLimitMs: 60_000 };
    const api = createVideoApi({ ...settings, ...waits, workspace, state: path.join(folder, 'state') });
    await api.download('v', { name: 'clip' });
    await api.close();
  },
  async openai() {
    const { default: OpenAI } = await import('openai');
    const response = await new OpenAI({ apiKey: 'none', baseURL: baseUrl }).videos.downloadContent('v');
    writeFileSync(path.join(folder, 'clip.mp4'), Buffer.from(await response.arrayBuffer()));
  },
};
const started = performance.now();
await downloads[what]?.();
const ms = performance.now() - started;
process.stdout.write(JSON.stringify({ ms, peakBytes: process.resourceUsage().maxRSS * 1024 }));
