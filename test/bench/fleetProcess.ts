import { main } from '../../lib/cli/main.ts';

/** Runs a command in this process, and prints what it took. */
const started = performance.now();
await main(process.argv.slice(2));
const ms = performance.now() - started;
process.stdout.write(JSON.stringify({ ms, peakBytes: process.resourceUsage().maxRSS * 1_024 }));
