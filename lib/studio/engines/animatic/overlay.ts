import { type Canvas, createCanvas } from '@napi-rs/canvas';
import type { Recipe } from '../engine.ts';
import { cleanCaption, wrapCaption } from './captionText.ts';
import { CODE_FONT, registerFonts, TEXT_FONT } from './fonts.ts';
import type { Context } from './stage.ts';

const NOTICE = 'ANIMATIC PREVIEW · drawn from the prompt, not generative video';
const MOST_LINES = 3;

/** The caption, the notice and the timecode, all in pixels of the frame. */
export function createOverlay(recipe: Recipe): (context: Context, frame: number, segment: number) => void {
  registerFonts();
  const { width, height } = recipe;
  const unit = Math.sqrt(width * height) / 960;
  const margin = Math.round(Math.min(26 * unit, width * 0.05));
  const codeSize = Math.min(19 * unit, width / 22);
  const captions = recipe.segments.map(({ prompt, caption }) =>
    drawCaption(caption ?? { text: prompt }, width, height, unit),
  );
  const badge = drawBadge(width, margin, codeSize);
  return (context, frame, segment) => {
    const caption = captions[segment];
    if (caption) context.drawImage(caption, 0, height - caption.height);
    context.drawImage(badge, 0, 0);
    context.font = `${codeSize}px ${CODE_FONT}`;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    context.fillStyle = '#ffffff';
    context.fillText(timecode(frame, recipe.fps), width - margin - codeSize * 0.5, margin + codeSize * 0.8);
    context.textAlign = 'left';
  };
}

/** MM:SS:FF, the last part counting frames. */
export function timecode(frame: number, fps: number): string {
  const seconds = Math.floor(frame / fps);
  return [Math.floor(seconds / 60), seconds % 60, frame % fps].map((part) => String(part).padStart(2, '0')).join(':');
}

function drawCaption(
  caption: { text: string; note?: string },
  width: number,
  height: number,
  unit: number,
): Canvas | undefined {
  const text = cleanCaption(caption.text);
  const note = cleanCaption(caption.note ?? '');
  if (!text && !note) return undefined;
  const size = Math.max(6, Math.min(27 * unit, width / 20));
  const measuring = createCanvas(1, 1).getContext('2d');
  measuring.font = `${size}px ${TEXT_FONT}`;
  const wrap = (part: string, most: number) =>
    wrapCaption(part, width * 0.86, most, (line) => measuring.measureText(line).width);
  const noteLines = note ? wrap(`→ ${note}`, 1) : [];
  const lines = [...wrap(text, MOST_LINES - noteLines.length), ...noteLines];
  const lineHeight = size * 1.36;
  const foot = Math.max(4, height * 0.045);
  const canvas = createCanvas(width, Math.min(height, Math.ceil(lines.length * lineHeight + foot + size * 3.2)));
  const context = canvas.getContext('2d');
  const scrim = context.createLinearGradient(0, 0, 0, canvas.height);
  scrim.addColorStop(0, 'rgba(5,6,15,0)');
  scrim.addColorStop(0.45, 'rgba(5,6,15,0.42)');
  scrim.addColorStop(1, 'rgba(5,6,15,0.78)');
  context.fillStyle = scrim;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.font = `${size}px ${TEXT_FONT}`;
  context.textAlign = 'center';
  context.textBaseline = 'alphabetic';
  context.lineJoin = 'round';
  for (const [index, line] of lines.entries()) {
    const y = canvas.height - foot - (lines.length - 1 - index) * lineHeight;
    context.strokeStyle = 'rgba(5,6,15,0.55)';
    context.lineWidth = size * 0.16;
    context.strokeText(line, width / 2, y);
    context.fillStyle = '#ffffff';
    context.fillText(line, width / 2, y);
  }
  return canvas;
}

/** The notice and the dark fields behind it and the timecode. */
function drawBadge(width: number, margin: number, codeSize: number): Canvas {
  const canvas = createCanvas(width, Math.ceil(margin + codeSize * 3.6));
  const context = canvas.getContext('2d');
  const high = codeSize * 1.6;
  const codeWidth = codeSize * 5.85;
  context.fillStyle = 'rgba(5,6,15,0.5)';
  context.beginPath();
  context.roundRect(width - margin - codeWidth, margin, codeWidth, high, high / 4);
  context.fill();
  const room = width - margin * 3 - codeWidth;
  let size = codeSize * 0.78;
  context.font = `${size}px ${TEXT_FONT}`;
  const wanted = context.measureText(NOTICE).width + size;
  const [head, tail] = NOTICE.split(' · ');
  // Beside the timecode where there is room for it, else in two rows.
  const lines = wanted <= room ? [NOTICE] : [head ?? '', tail ?? ''];
  const widest = Math.max(...lines.map((line) => context.measureText(line).width));
  const space = lines.length === 1 ? room : width - margin * 2;
  size *= Math.min(1, space / (widest + size));
  context.font = `${size}px ${TEXT_FONT}`;
  context.textBaseline = 'middle';
  for (const [index, line] of lines.entries()) {
    const y = margin + index * high * 1.08;
    context.fillStyle = 'rgba(5,6,15,0.5)';
    context.beginPath();
    context.roundRect(margin, y, context.measureText(line).width + size, high, high / 4);
    context.fill();
    context.fillStyle = 'rgba(255,255,255,0.92)';
    context.fillText(line, margin + size / 2, y + high / 2);
  }
  return canvas;
}
