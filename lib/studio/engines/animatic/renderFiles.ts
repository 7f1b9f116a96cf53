import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import type { RenderedFiles } from '../engine.ts';
import { createEncoderThread } from './encoderThread.ts';
import type { ChildTask } from './messages.ts';
import { muxVideo } from './mux.ts';
import { createPainter, type Painter } from './painter.ts';
import { loadReference } from './reference.ts';
import { drawSpritesheet, drawThumbnail } from './stills.ts';
import { rgbaToI420 } from './yuv.ts';

/** Names of files that are not whole yet end in this. */
export const PART = '.part';

/** Draws, encodes and writes all files of a task. They appear under their names only when all of them are on the disk. */
export async function renderFiles(
  task: ChildTask,
  onProgress: (done: number, total: number) => void,
): Promise<RenderedFiles> {
  const reference = task.referencePath === undefined ? undefined : await loadReference(task.referencePath);
  const painter = createPainter(task.recipe, reference);
  const files = {
    video: join(task.directory, 'video.mp4'),
    thumbnail: join(task.directory, 'thumbnail.webp'),
    spritesheet: join(task.directory, 'spritesheet.jpg'),
  };
  // First: a full disk shows here before the long part.
  await write(files.thumbnail + PART, await drawThumbnail(painter));
  await write(files.spritesheet + PART, await drawSpritesheet(painter));
  const encoded = await encodeFrames(painter, task.recipe.fps, onProgress);
  const { width, height, frames } = painter;
  await muxVideo(encoded, files.video + PART, { width, height, fps: task.recipe.fps, frames });
  for (const path of Object.values(files)) await rename(path + PART, path);
  return files;
}

async function encodeFrames(
  painter: Painter,
  fps: number,
  onProgress: (done: number, total: number) => void,
): Promise<Uint8Array> {
  const width = wholeMacroblocks(painter.width);
  const height = wholeMacroblocks(painter.height);
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const encoder = createEncoderThread({ width, height, fps }, (done) => onProgress(done, painter.frames));
  for (let index = 0; index < painter.frames; index++) {
    const frame = await encoder.emptyFrame();
    painter.paint(context, index);
    rgbaToI420(canvas.data(), width, height, frame);
    encoder.add(frame);
    // The canvas' buffers are freed between turns of the loop only.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return encoder.finish();
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, 'w');
  await file.writeFile(bytes);
  await file.sync();
}

function wholeMacroblocks(pixels: number): number {
  return Math.ceil(pixels / 16) * 16;
}
