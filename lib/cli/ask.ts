import { createInterface } from 'node:readline';
import { oneLine } from './output.ts';

/** One question on the terminal; undefined where it was answered with Ctrl-C or Ctrl-D. */
export function ask(question: string): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    terminal.on('SIGINT', () => terminal.close());
    terminal.on('close', () => resolve(undefined));
    terminal.question(oneLine(question), (answer) => {
      resolve(answer.trim());
      terminal.close();
    });
  });
}
