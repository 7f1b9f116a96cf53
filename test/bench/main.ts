import { cpus } from 'node:os';
import { benchAgent } from './agent.ts';
import { benchEightRenders } from './eightRenders.ts';
import { benchRender } from './render.ts';
import { benchRetrieve } from './retrieve.ts';
import { benchDownload } from './transfer.ts';

/** Every figure the documentation or an aim names, measured on this machine in one run. */
const BENCHES = [benchRender, benchEightRenders, benchAgent, benchDownload, benchRetrieve];

const wanted = process.argv[2];
process.stdout.write(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'})\n`);
for (const bench of BENCHES) {
  if (wanted !== undefined && !bench.name.toLowerCase().includes(wanted.toLowerCase())) continue;
  for await (const { what, value, aim } of bench()) {
    process.stdout.write(`${what.padEnd(64)} ${value.padStart(12)}${aim === undefined ? '' : `   aim: ${aim}`}\n`);
  }
}
