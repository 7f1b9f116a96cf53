import { request } from 'undici';
import { appendBody } from '../../lib/api/append.ts';
import { claimPartial } from '../../lib/api/partial.ts';

/** One attempt of a download, killed as soon as it has remembered what it fetches: `node appendKilled.ts URL FOLDER IDENTITY`. */
const [url = '', folder = '', identity = ''] = process.argv.slice(2);
const partial = await claimPartial(folder, identity);
const source = async (headers: Record<string, string>) => {
  const { statusCode: status, ...response } = await request(url, { headers });
  return { status, ...response };
};
const dying = {
  ...partial,
  async remember(facts: typeof partial.facts) {
    await partial.remember(facts);
    process.kill(process.pid, 'SIGKILL');
  },
};
await appendBody(dying, source, { maxBytes: 1e9, overlapBytes: 4_096 });
