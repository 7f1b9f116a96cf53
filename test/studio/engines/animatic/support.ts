import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { createCanvas } from '@napi-rs/canvas';
import { createAnimaticEngine } from '../../../../lib/studio/engines/animatic/animatic.ts';
import type { Painter } from '../../../../lib/studio/engines/animatic/painter.ts';
import type { Recipe, RenderedFiles, RenderTask } from '../../../../lib/studio/engines/engine.ts';

const run = promisify(execFile);

/** Why a test that needs these programs cannot run, or false. With REQUIRE_REAL=1 it runs, and fails. */
export function missing(...programs: string[]): string | false {
  if (process.env.REQUIRE_REAL === '1') return false;
  const absent = programs.find((program) => spawnSync(program, ['-version']).error);
  return absent ? `${absent} is not installed` : false;
}

export function recipeOf(options: {
  prompt?: string;
  seconds?: number;
  width?: number;
  height?: number;
  seed?: number;
}): Recipe {
  const { prompt = 'A paper boat on a river at dusk', seconds = 1, width = 320, height = 180, seed = 1 } = options;
  return createAnimaticEngine().plan({ prompt, seconds, width, height, seed });
}

export function render(recipe: Recipe, directory: string, options: Partial<RenderTask> = {}): Promise<RenderedFiles> {
  return createAnimaticEngine().render({
    recipe,
    directory,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...options,
  });
}

export function paintFrame(painter: Painter, frame: number): Uint8ClampedArray {
  const context = createCanvas(painter.width, painter.height).getContext('2d');
  painter.paint(context, frame);
  return context.getImageData(0, 0, painter.width, painter.height).data;
}

/** RGBA of one frame, decoded by ffmpeg. */
export async function decodeFrame(video: string, frame: number): Promise<Uint8Array> {
  const filter = `select=eq(n\\,${frame})`;
  const format = ['-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgba', '-'];
  const options = { encoding: 'buffer', maxBuffer: 64 * 2 ** 20 } as const;
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', video, '-vf', filter, ...format], options);
  return stdout;
}

export async function probe(video: string, ...options: string[]): Promise<string> {
  const { stdout } = await run('ffprobe', ['-v', 'error', ...options, video]);
  return stdout.trim();
}

/** How many pictures a clip really has: all are decoded. */
export async function framesIn(video: string): Promise<number> {
  const counted = ['-select_streams', 'v:0', '-count_frames', '-show_entries', 'stream=nb_read_frames'];
  return Number(await probe(video, ...counted, '-of', 'csv=p=0'));
}

/** Decibels, of the colours alone. */
export function psnr(first: ArrayLike<number>, second: ArrayLike<number>): number {
  return 10 * Math.log10(255 ** 2 / compare(first, second, (distance) => distance ** 2));
}

/** Mean distance of two pictures' colours, of 255. */
export function difference(first: ArrayLike<number>, second: ArrayLike<number>): number {
  return compare(first, second, Math.abs);
}

function compare(first: ArrayLike<number>, second: ArrayLike<number>, weigh: (distance: number) => number): number {
  if (first.length !== second.length) throw new Error(`Pictures of ${first.length} and ${second.length} bytes`);
  let sum = 0;
  for (let index = 0; index < first.length; index++) {
    if (index % 4 !== 3) sum += weigh((first[index] ?? 0) - (second[index] ?? 0));
  }
  return sum / ((first.length / 4) * 3);
}
