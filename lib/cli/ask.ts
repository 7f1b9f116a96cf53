import { createInterface } from 'node:readline';
import { oneLine } from './output.ts';

/** There is one terminal: a question waits until those before it are answered. */
let last: Promise<unknown> = Promise.resolve();

/** One question on the terminal; undefined where it was answered with Ctrl-C or Ctrl-D, or where the signal came. */
export function ask(question: string, signal?: AbortSignal): Promise<string | undefined> {
  const answer = last.then(() => askNow(question, signal));
  last = answer;
  return answer;
}

function askNow(question: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  if (signal?.aborted) return Promise.resolve(undefined);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const close = () => terminal.close();
  signal?.addEventListener('abort', close, { once: true });
  return new Promise((resolve) => {
    terminal.on('SIGINT', close);
    terminal.on('close', () => {
      signal?.removeEventListener('abort', close);
      resolve(undefined);
    });
    terminal.question(oneLine(question), (answer) => {
      resolve(answer.trim());
      terminal.close();
    });
  });
}
