import { cutToWidth, widthOf } from './width.ts';

export type LiveOutput = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns' | 'rows'>;

/** Lines at the end of a terminal that are drawn anew where they change; the cursor stays behind the last one. */
export interface LiveLines {
  /** @param instead the key of a line that goes for it */
  set(key: string, line: string, instead?: string): void;
  /** Where there is no other line. */
  setAlone(key: string, line: string): void;
  remove(key: string): void;
  /** Writes a line that stays, above the live ones. */
  above(line: string): void;
  /** Takes them off the terminal until `show`; they may change meanwhile. */
  hide(): void;
  show(): void;
  /** Forgets them all. */
  clear(): void;
}

const CLEAR_LINE = '\u001b[2K';
const CLEAR_LINE_ABOVE = `\u001b[1A${CLEAR_LINE}`;

export function openLiveLines(output: LiveOutput): LiveLines {
  const lines = new Map<string, string>();
  let drawn: readonly string[] = [];
  let isHidden = false;

  const columns = () => output.columns || 80;
  const erased = (): string => {
    if (drawn.length === 0) return '';
    // A terminal that has become narrower since has broken its lines.
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns())), 0);
    drawn = [];
    return `\r${CLEAR_LINE}${CLEAR_LINE_ABOVE.repeat(rows - 1)}`;
  };
  const draw = (text = '') => {
    const wanted = isHidden ? [] : fitting([...lines.values()], columns() - 1, (output.rows || 24) - 1);
    if (text === '' && wanted.join('\n') === drawn.join('\n')) return;
    output.write(`${erased() || (wanted.length > 0 ? `\r${CLEAR_LINE}` : '')}${text}${wanted.join('\n')}`);
    drawn = wanted;
  };

  return {
    set(key, line, instead = '') {
      lines.delete(instead);
      lines.set(key, line);
      draw();
    },
    setAlone(key, line) {
      if (lines.size > (lines.has(key) ? 1 : 0)) return;
      lines.set(key, line);
      draw();
    },
    remove(key) {
      if (lines.delete(key)) draw();
    },
    above: (line) => draw(`${line}\n`),
    hide() {
      isHidden = true;
      draw();
    },
    show() {
      isHidden = false;
      draw();
    },
    clear() {
      lines.clear();
      draw();
    },
  };
}

/** The newest lines give way where there is no room for all. */
function fitting(lines: readonly string[], columns: number, rows: number): string[] {
  const room = Math.max(1, rows);
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `… and ${lines.length - room + 1} more`];
  return shown.map((line) => cutToWidth(line, columns));
}
