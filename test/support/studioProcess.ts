import { setTimeout as sleep } from 'node:timers/promises';
import { startStudio } from '../../lib/studio/server.ts';
import { testEngine } from './studio.ts';

/**
 * A studio in a process of its own: `studioProcess.ts <state> <frames> <ms per frame>`. It prints its address, closes on
 * SIGTERM and ends with its parent.
 */
const [state = '', frames = '10', frameMs = '20'] = process.argv.slice(2);

const engine = testEngine(async ({ signal, onProgress }) => {
  for (let frame = 0; frame < Number(frames); frame++) {
    onProgress(frame, Number(frames));
    await sleep(Number(frameMs), undefined, { signal });
  }
});

const studio = await startStudio({ state, engine, concurrency: 1 });
process.stdout.write(`${studio.baseUrl}\n`);
process.stdin.on('end', () => process.exit(1)).resume();
process.once('SIGTERM', () => void studio.close().then(() => process.exit(0)));
