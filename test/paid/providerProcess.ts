import { startProvider } from './provider.ts';

/** The paid server as a program: it takes its settings as JSON, prints its address and ends with its parent. */
const provider = await startProvider(JSON.parse(process.argv[2] ?? '{}'));
process.stdout.write(`${provider.baseUrl}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
