import { type ChildProcess, fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RenderedFiles, RenderTask } from '../engine.ts';
import { type ChildTask, isChildMessage } from './messages.ts';
import { RenderError } from './renderError.ts';

/** The source runs as it is; what is compiled from it has another ending. */
const CHILD = fileURLToPath(new URL(`./child${extname(fileURLToPath(import.meta.url))}`, import.meta.url));
/**
 * All of the child's environment: it draws untrusted text and needs none of the server's secrets. With glibc's own
 * threshold the freed frames stay in the heap, five times the memory.
 */
const ENVIRONMENT = { MALLOC_MMAP_THRESHOLD_: '262144' };
const KEPT_STDERR = 4096;

export async function renderInChild(task: RenderTask): Promise<RenderedFiles> {
  task.signal.throwIfAborted();
  const child = fork(CHILD, [], {
    env: ENVIRONMENT,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const kill = () => child.kill('SIGKILL');
  task.signal.addEventListener('abort', kill);
  try {
    return await supervise(child, task);
  } catch (error) {
    await removeFiles(task.directory);
    throw task.signal.aborted ? task.signal.reason : error;
  } finally {
    task.signal.removeEventListener('abort', kill);
    kill();
  }
}

/** Settles when the child has ended, so that nothing is written after. */
function supervise(child: ChildProcess, task: RenderTask): Promise<RenderedFiles> {
  return new Promise((resolve, reject) => {
    let files: RenderedFiles | undefined;
    let failure: RenderError | undefined;
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_STDERR);
    });
    child.on('message', (message) => {
      if (!isChildMessage(message)) return;
      if (message.kind === 'progress') return task.onProgress(message.done, message.total);
      if (message.kind === 'done') files = message.files;
      else failure = describe(message.message, message.code);
    });
    child.on('error', (cause) => {
      failure ??= new RenderError('crashed', 'The renderer could not be started.', { cause });
      if (child.pid === undefined) reject(failure);
    });
    child.on('close', (code, signal) => {
      if (files) return resolve(files);
      const cause = new Error(stderr.trim() || 'It wrote nothing before it ended');
      reject(
        failure ??
          new RenderError('crashed', `The renderer stopped before it was done (${signal ?? `exit ${code}`}).`, {
            cause,
          }),
      );
    });
    const { recipe, directory, referencePath } = task;
    const sent: ChildTask = { recipe, directory, ...(referencePath === undefined ? {} : { referencePath }) };
    child.send(sent, (error) => {
      if (error) failure ??= new RenderError('crashed', 'The renderer could not be reached.', { cause: error });
    });
  });
}

function describe(message: string, code: string): RenderError {
  const cause = Object.assign(new Error(message), { code });
  if (code === 'ENOSPC')
    return new RenderError('disk_full', 'The disk is full: the clip could not be written.', { cause });
  if (code === 'reference_unreadable') return new RenderError(code, message, { cause });
  return new RenderError('failed', 'The clip could not be drawn.', { cause });
}

/** The folder is this render's own; what stands in it now is of no use. */
async function removeFiles(directory: string): Promise<void> {
  const names = ['video.mp4', 'thumbnail.webp', 'spritesheet.jpg'].flatMap((name) => [name, `${name}.part`]);
  await Promise.all(names.map((name) => rm(join(directory, name), { force: true })));
}
