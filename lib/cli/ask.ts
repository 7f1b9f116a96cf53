import { createInterface } from 'node:readline';
import { oneLine } from './output.ts';

/** There is one terminal: a question waits until those before it are answered. */
let last: Promise<unknown> = Promise.resolve();

/**
 * One question on the terminal; undefined where it was answered with Ctrl-C or Ctrl-D, or where the signal came.
 * @param onInterrupt told of Ctrl-C
 */
export function ask(question: string, signal?: AbortSignal, onInterrupt?: () => void): Promise<string | undefined> {
  const answer = last.then(() => askNow(question, signal, onInterrupt));
  last = answer;
  return answer;
}

function askNow(
  question: string,
  signal: AbortSignal | undefined,
  onInterrupt: (() => void) | undefined,
): Promise<string | undefined> {
  if (signal?.aborted) return Promise.resolve(undefined);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const close = () => terminal.close();
  signal?.addEventListener('abort', close, { once: true });
  return new Promise((resolve) => {
    let isAnswered = false;
    terminal.on('SIGINT', () => {
      terminal.close();
      onInterrupt?.();
    });
    terminal.on('close', () => {
      signal?.removeEventListener('abort', close);
      // What comes next begins a line of its own.
      if (!isAnswered) process.stderr.write('\n');
      resolve(undefined);
    });
    terminal.question(oneLine(question), (answer) => {
      isAnswered = true;
      resolve(answer.trim());
      terminal.close();
    });
  });
}
