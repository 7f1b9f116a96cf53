import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { GlobalFonts } from '@napi-rs/canvas';

/** Our own name for the font, so that another DejaVu on the machine is never taken. What it lacks comes from the system. */
export const TEXT_FONT = '"Animatic Sans", "Noto Sans", "Noto Sans CJK SC", "Noto Color Emoji", sans-serif';
export const CODE_FONT = '"Animatic Mono", monospace';

const FILES = { 'Animatic Sans': 'DejaVuSans.ttf', 'Animatic Mono': 'DejaVuSansMono-Bold.ttf' };

let registered = false;

export function registerFonts(): void {
  if (registered) return;
  registered = true;
  const folder = dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json'));
  for (const [name, file] of Object.entries(FILES)) GlobalFonts.registerFromPath(join(folder, 'ttf', file), name);
}
