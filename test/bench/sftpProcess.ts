import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createSftpCdn } from '../../lib/cdn/sftp.ts';

/** One clip over SFTP in a process of its own, so that its memory can be told: `node sftpProcess.js ADDRESS HOME FILE`. */
const [address = '', home = '', file = ''] = process.argv.slice(2);
const hash = createHash('sha256');
for await (const chunk of createReadStream(file)) hash.update(chunk);
const proof = { bytes: (await stat(file)).size, sha256: hash.digest('hex') };
const started = performance.now();
const driver = createSftpCdn({ address: new URL(address), home, system: '/nonexistent' });
const upload = await driver.open({ contentType: 'video/mp4' });
await pipeline(createReadStream(file, { highWaterMark: 256 * 1024 }), upload.stream);
const ms = performance.now() - started;
await upload.commit('clip.mp4', proof);
const publishedMs = performance.now() - started;
await driver.remove('clip.mp4');
await driver.close();
process.stdout.write(JSON.stringify({ ms, publishedMs, peakBytes: process.resourceUsage().maxRSS * 1024 }));
