import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { CHECKED } from '../support/everyAnswer.ts';
import { assertNoKey } from '../support/key.ts';
import { until } from '../support/studio.ts';
import { BIN, type CommandLine } from './support.ts';

const isMissing = process.env.REQUIRE_REAL !== '1' && spawnSync('tmux', ['-V']).error !== undefined;
export const skipWithoutTmux = isMissing && 'tmux is not installed';

const LIMIT_MS = 30_000;

export interface Screen extends AsyncDisposable {
  /** Keys by their tmux names, such as `Enter` or `C-c`. */
  press(...keys: string[]): Promise<void>;
  /** A line of text, and Enter. */
  type(text: string): Promise<void>;
  /** As a terminal pastes it: in brackets, where the program asked for them. */
  paste(text: string): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** What the person sees, with what was scrolled out above and without blanks at the ends of lines; resolves when it matches. */
  shows(pattern: RegExp): Promise<string>;
  /** What is in the window now. */
  window(): Promise<string>;
  /** Waits for the program's end. */
  exitCode(): Promise<number>;
}

/** The command line in a real terminal, whose screen can be read. */
export async function openScreen(
  cli: CommandLine,
  args: readonly string[],
  { columns = 80, rows = 24, env = {} }: { columns?: number; rows?: number; env?: Record<string, string> } = {},
): Promise<Screen> {
  const folder = mkdtempSync(path.join(tmpdir(), 'screen-'));
  const [socket, codeFile] = [path.join(folder, 'tmux'), path.join(folder, 'code')];
  const environment = { ...cli.environment, ...env, SHELL: '/bin/sh', TERM: 'xterm', LC_ALL: 'C.UTF-8' };
  const tmux = async (...words: string[]): Promise<string> =>
    (await promisify(execFile)('tmux', ['-S', socket, ...words], { env: environment })).stdout;
  const command = [process.execPath, ...CHECKED, BIN, ...args].map((word) => `'${word}'`).join(' ');
  execFileSync(
    'tmux',
    [
      ...['-S', socket, '-f', '/dev/null', 'start-server', ';', 'set-option', '-g', 'remain-on-exit', 'on', ';'],
      ...[
        'new-session',
        '-d',
        '-x',
        String(columns),
        '-y',
        String(rows),
        '-c',
        cli.cwd,
        `${command}; echo $? > '${codeFile}'`,
      ],
    ],
    { env: environment },
  );
  const capture = async (...from: string[]) => {
    const text = (await tmux('capture-pane', '-p', ...from)).replace(/ +$/gm, '').trimEnd();
    assertNoKey('the screen', text);
    return text;
  };
  const all = () => capture('-S', '-', '-J');
  return {
    press: async (...keys) => void (await tmux('send-keys', ...keys)),
    async type(text) {
      await tmux('send-keys', '-l', text);
      await tmux('send-keys', 'Enter');
    },
    async paste(text) {
      await tmux('set-buffer', text);
      await tmux('paste-buffer', '-p');
    },
    resize: async (width, height) => void (await tmux('resize-window', '-x', String(width), '-y', String(height))),
    async shows(pattern) {
      let text = '';
      const isShown = async () => {
        text = await all();
        return pattern.test(text);
      };
      await until(isShown, LIMIT_MS).catch(() => {
        throw new Error(`The screen does not show ${pattern}:\n${text}`);
      });
      return text;
    },
    window: () => capture(),
    async exitCode() {
      let code = '';
      const isOver = async () => {
        code = await readFile(codeFile, 'utf8').catch(() => '');
        return code.endsWith('\n');
      };
      await until(isOver, LIMIT_MS).catch(async () => {
        throw new Error(`The program does not end:\n${await all()}`);
      });
      return Number(code);
    },
    async [Symbol.asyncDispose]() {
      await tmux('kill-server').catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
