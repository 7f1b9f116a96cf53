import { createInterface, type Interface } from 'node:readline';

/** The keys of a session: lines of text at its prompt, Ctrl-C while it works. */
export interface Keyboard {
  /**
   * What was typed up to Enter, or pasted with all its lines. Empty where Ctrl-C took a line back, undefined where there was
   * none to take back, and at Ctrl-D.
   */
  read(prompt: string, history: readonly string[], signal: AbortSignal): Promise<string | undefined>;
  /** What is typed while the task runs stands at the next prompt, and answers no question; Ctrl-C calls back. */
  whileWorking<T>(task: () => Promise<T>, onInterrupt: () => void): Promise<T>;
  /** Within such a task: gives the keys to something else, such as a question. */
  lend<T>(task: () => Promise<T>): Promise<T>;
}

const BRACKETED_PASTE = { on: '\u001b[?2004h', off: '\u001b[?2004l' };
const CTRL_C = '\u0003';
const CTRL_Z = '\u001a';
const BACKSPACE = '\u007f';
const ESCAPE = '\u001b';

export function openKeyboard(input = process.stdin, output = process.stderr): Keyboard {
  let onKeys: ((chunk: unknown) => void) | undefined;
  let typedAhead = '';
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
    read(prompt, history, signal) {
      const begun = typedAhead.trim();
      typedAhead = '';
      return readLines({ prompt, begun, history: [...history], signal, input, output });
    },

    async whileWorking(task, onInterrupt) {
      onKeys = (chunk) => {
        const keys = String(chunk);
        typedAhead = withKeys(typedAhead, keys);
        if (keys.includes(CTRL_C)) onInterrupt();
        if (keys.includes(CTRL_Z)) suspend();
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

interface ReadOptions {
  prompt: string;
  /** Stands on the line already. */
  begun: string;
  history: string[];
  signal: AbortSignal;
  input: typeof process.stdin;
  output: typeof process.stderr;
}

function readLines({ prompt, begun, history, signal, input, output }: ReadOptions): Promise<string | undefined> {
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
    if (signal.aborted) return close();
    terminal.prompt();
    if (begun !== '') terminal.write(begun);
  });
}

/** Enter is a blank here; of the keys that change a line only the one that takes a character back counts. */
function withKeys(line: string, keys: string): string {
  if (keys.startsWith(ESCAPE)) return line;
  const characters = Array.from(line);
  for (const key of keys) {
    if (key === BACKSPACE) characters.pop();
    else characters.push(/\p{Cc}/u.test(key) ? ' ' : key);
  }
  return characters.join('');
}

function isEmpty({ line }: Interface): boolean {
  return line === '';
}
