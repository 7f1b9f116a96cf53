import { setPriority } from 'node:os';
import { type ChildMessage, type ChildTask, isChildTask } from './messages.ts';

/** Nicer than the server that started it, whose requests go first. */
const PRIORITY = 10;
const PROGRESS_EVERY_MS = 100;

process.on('disconnect', () => process.exit(0));
process.once('message', (message) => {
  if (isChildTask(message)) void run(message);
});

async function run(task: ChildTask): Promise<void> {
  try {
    // Before the libraries start their threads, which take it over.
    setPriority(PRIORITY);
    const { renderFiles } = await import('./renderFiles.ts');
    const files = await renderFiles(task, createProgress());
    finish({ kind: 'done', files });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    finish({ kind: 'failed', message: error instanceof Error ? error.message : String(error), code });
  }
}

function createProgress(): (done: number, total: number) => void {
  let last = 0;
  return (done, total) => {
    const now = performance.now();
    if (done < total && now - last < PROGRESS_EVERY_MS) return;
    last = now;
    send({ kind: 'progress', done, total });
  };
}

/** The parent waits for the end of this process, so it is brought about. */
function finish(message: ChildMessage): void {
  process.send?.(message, () => process.exit(0));
}

function send(message: ChildMessage): void {
  process.send?.(message);
}
