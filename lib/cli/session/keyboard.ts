import { createInterface, type Interface } from 'node:readline';

/** The keys of a session: lines of text at its prompt, Ctrl-C while it works. */
export interface Keyboard {
  /**
   * What was typed up to Enter, or pasted with all its lines. Empty where Ctrl-C took a line back, undefined where there was
   * none to take back, and at Ctrl-D.
   */
  read(prompt: string, history: readonly string[], signal: AbortSignal): Promise<string | undefined>;
  /** While the task runs keys do nothing, so that none of them answers a later question; Ctrl-C calls back. */
  whileWorking<T>(task: () => Promise<T>, onInterrupt: () => void): Promise<T>;
  /** Within such a task: gives the keys to something else, such as a question. */
  lend<T>(task: () => Promise<T>): Promise<T>;
}

const BRACKETED_PASTE = { on: '\u001b[?2004h', off: '\u001b[?2004l' };
const CTRL_C = '\u0003';
const CTRL_Z = '\u001a';

export function openKeyboard(input = process.stdin, output = process.stderr): Keyboard {
  let onKeys: ((chunk: unknown) => void) | undefined;
  let borrowers = 0;

  const watch = (isOn: boolean) => {
    if (onKeys === undefined) return;
    input.setRawMode(isOn);
    if (isOn) input.on('data', onKeys).resume();
    else input.off('data', onKeys).pause();
  };
  const suspend = () => {
    watch(false);
    process.once('SIGCONT', () => watch(borrowers === 0));
    process.kill(process.pid, 'SIGTSTP');
  };

  return {
    read: (prompt, history, signal) => readLines(prompt, [...history], signal, input, output),

    async whileWorking(task, onInterrupt) {
      onKeys = (chunk) => {
        if (String(chunk).includes(CTRL_C)) onInterrupt();
        if (String(chunk).includes(CTRL_Z)) suspend();
      };
      watch(true);
      try {
        return await task();
      } finally {
        watch(false);
        onKeys = undefined;
      }
    },

    async lend(task) {
      if (borrowers++ === 0) watch(false);
      try {
        return await task();
      } finally {
        if (--borrowers === 0) watch(true);
      }
    },
  };
}

function readLines(
  prompt: string,
  history: string[],
  signal: AbortSignal,
  input: typeof process.stdin,
  output: typeof process.stderr,
): Promise<string | undefined> {
  const terminal = createInterface({ input, output, prompt, history, historySize: 1_000, terminal: true });
  const lines: string[] = [];
  let isPasting = false;
  const onKey = (_text: string | undefined, key: { name?: string } | undefined) => {
    if (key?.name === 'paste-start') isPasting = true;
    if (key?.name === 'paste-end') isPasting = false;
  };
  const close = () => terminal.close();
  input.on('keypress', onKey);
  signal.addEventListener('abort', close, { once: true });
  output.write(BRACKETED_PASTE.on);
  return new Promise<string | undefined>((resolve) => {
    const end = (text: string | undefined) => {
      resolve(text);
      terminal.close();
    };
    terminal.on('line', (line) => {
      lines.push(line);
      // Lines that came at once were pasted, too, where the terminal does not tell.
      if (!isPasting) setImmediate(() => !isPasting && isEmpty(terminal) && end(lines.join('\n').trim()));
    });
    terminal.on('SIGINT', () => end(lines.length === 0 && isEmpty(terminal) ? undefined : ''));
    terminal.on('close', () => {
      input.off('keypress', onKey);
      signal.removeEventListener('abort', close);
      output.write(BRACKETED_PASTE.off);
      resolve(undefined);
    });
    if (signal.aborted) close();
    else terminal.prompt();
  });
}

function isEmpty({ line }: Interface): boolean {
  return line === '';
}
