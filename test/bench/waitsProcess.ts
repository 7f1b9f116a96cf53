import { createVideoApi } from '../../lib/api/video.ts';
import { resolveConfig } from '../../lib/config.ts';
import { openWorkspace } from '../../lib/workspace.ts';

/** Many waits in a process of its own, so that its memory and CPU can be told: `node waitsProcess.js BASE_URL JOBS LIMIT_MS`. */
const [baseUrl = '', jobs = '', limit = ''] = process.argv.slice(2);
const config = resolveConfig({}, {});
const api = createVideoApi({ ...config, baseUrl, workspace: openWorkspace(config.workspace) });
const ids = Array.from({ length: Number(jobs) }, (_, index) => `video_${index}`);
await api.retrieve('warm');
const before = process.memoryUsage.rss();
const cpu = process.cpuUsage();
let polls = 0;
await api.wait(ids, { limitMs: Number(limit), onPoll: () => polls++ });
const { user, system } = process.cpuUsage(cpu);
const grownBytes = process.resourceUsage().maxRSS * 1024 - before;
await api.close();
process.stdout.write(JSON.stringify({ grownBytes, cpuMs: (user + system) / 1_000, polls }));
