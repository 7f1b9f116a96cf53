import type { FilmPart } from './concatenate.ts';
import { INPUT, runFfmpeg } from './ffmpeg.ts';

/** What all clips of a film are brought to. */
export interface Standard {
  width: number;
  height: number;
  /** As ffmpeg takes it: `24`, `30000/1001`. */
  fps: string;
  hasSound: boolean;
}

const RATES = ['24000/1001', '24', '25', '30000/1001', '30', '48', '50', '60000/1001', '60'];

/** The shape and the rate of the first clip; with sound where any of them has it. */
export function standardOf(parts: readonly FilmPart[]): Standard {
  const { width = 1280, height = 720, fps = 24 } = parts[0]?.facts ?? {};
  const isNear = (rate: string) => Math.abs(rateOf(rate) - fps) < 0.005 * fps;
  // Of two that are near, such as 24 and 23.976, the nearer one.
  const [rate] = RATES.filter(isNear).sort((a, b) => Math.abs(rateOf(a) - fps) - Math.abs(rateOf(b) - fps));
  const even = (pixels: number) => 2 * Math.round(pixels / 2);
  return {
    width: even(width),
    height: even(height),
    fps: rate ?? String(Math.min(60, Math.max(1, Math.round(fps)))),
    hasSound: parts.some(({ facts }) => facts.audio !== undefined),
  };
}

/** Writes a clip anew in the film's shape, at its rate, with silence where it has no sound; what is of another shape gets bars. */
export async function standardise(
  { path, facts }: FilmPart,
  { width, height, fps, hasSound }: Standard,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  const fitted = `scale=${width}:${height}:force_original_aspect_ratio=decrease:force_divisible_by=2`;
  const picture = `${fitted},pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2,setsar=1,fps=${fps},format=yuv420p`;
  const isSilent = facts.audio === undefined;
  const silence = hasSound && isSilent ? ['-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=stereo'] : [];
  const sound = hasSound
    ? ['-map', isSilent ? '1:a:0' : '0:a:0', '-af', 'aresample=48000,apad', '-c:a', 'aac', '-b:a', '192k', '-ac', '2']
    : ['-an'];
  await runFfmpeg(
    [
      ...[...INPUT, '-i', `file:${path}`, ...silence],
      ...['-map', '0:v:0', '-vf', picture, '-c:v', 'libx264', '-preset', 'medium', '-crf', '18', ...sound],
      ...['-t', (facts.to - facts.from).toFixed(6), '-map_metadata', '-1', '-f', 'mp4', `file:${target}`],
    ],
    signal,
  );
}

function rateOf(rate: string): number {
  const [dividend = 1, divisor = 1] = rate.split('/').map(Number);
  return dividend / divisor;
}
