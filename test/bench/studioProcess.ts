import { startStudio } from '../../lib/studio/server.ts';

/** A studio in a process of its own, so that its memory can be told from the bench's: `node studioProcess.ts STATE CONCURRENCY`. */
const [state = '', concurrency = '8'] = process.argv.slice(2);
const studio = await startStudio({ state, concurrency: Number(concurrency) });
process.stdout.write(`${studio.baseUrl}\n`);
process.on('SIGTERM', async () => {
  await studio.close();
  process.exit(0);
});
