import { cpus } from 'node:os';
import { benchAgent } from './agent.ts';
import { benchDownload } from './download.ts';
import { benchEightRenders } from './eightRenders.ts';
import { benchExpiry } from './expiry.ts';
import { benchFleet } from './fleet.ts';
import { benchImport } from './importing.ts';
import { benchLedger } from './ledger.ts';
import { benchOverlap } from './overlap.ts';
import { benchPage } from './page.ts';
import { benchPolling } from './polling.ts';
import { benchRender } from './render.ts';
import { benchRenderThroughput } from './renderThroughput.ts';
import { benchResume } from './resume.ts';
import { benchRetrieve } from './retrieve.ts';
import { benchS3 } from './s3.ts';
import { benchSftp } from './sftp.ts';
import { benchStarting } from './starting.ts';
import { benchStoryboard } from './storyboard.ts';
import { benchStudioLoad } from './studioLoad.ts';
import { benchTools } from './toolTokens.ts';
import { benchUpload } from './upload.ts';
import { benchWaits } from './waits.ts';

/** Every figure the documentation or an aim names, measured on this machine in one run. */
const BENCHES = [
  benchRender,
  benchRenderThroughput,
  benchEightRenders,
  benchStudioLoad,
  benchExpiry,
  benchAgent,
  benchTools,
  benchDownload,
  benchUpload,
  benchS3,
  benchSftp,
  benchOverlap,
  benchRetrieve,
  benchWaits,
  benchPolling,
  benchImport,
  benchStarting,
  benchLedger,
  benchFleet,
  benchPage,
  benchResume,
  benchStoryboard,
];

const nameOf = (bench: { name: string }) => bench.name.replace('bench', '').toLowerCase();
const wanted = process.argv.slice(2).map((name) => name.toLowerCase());
const unknown = wanted.filter((name) => !BENCHES.some((bench) => nameOf(bench).includes(name)));
if (unknown.length > 0) {
  process.stderr.write(`There is no bench ${unknown.join(', ')}. There are: ${BENCHES.map(nameOf).join(', ')}.\n`);
  process.exit(2);
}
process.stdout.write(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})\n`);
for (const bench of BENCHES) {
  if (wanted.length > 0 && !wanted.some((name) => nameOf(bench).includes(name))) continue;
  for await (const { what, value, aim } of bench()) {
    process.stdout.write(`${what.padEnd(64)} ${value.padStart(12)}${aim === undefined ? '' : `   aim: ${aim}`}\n`);
  }
}
