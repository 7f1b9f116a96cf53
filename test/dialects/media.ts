import { createCanvas, loadImage } from '@napi-rs/canvas';
import { mediaTypeOf } from '../../lib/media/sniff.ts';

function box(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

/** Boxes in the right places around the given bytes: enough to be told from an error page. */
export function mp4Of(media: Buffer): Buffer {
  const brands = Buffer.from('isom\0\0\u0002\0isomiso2avc1mp41', 'latin1');
  return Buffer.concat([box('ftyp', brands), box('moov'), box('mdat', media)]);
}

export const CLIP = mp4Of(Buffer.alloc(40_000, 'clip'));

export function image(size: string, type: 'jpeg' | 'png' | 'webp' = 'jpeg'): Buffer {
  const [width = 1, height = 1] = size.split('x').map(Number);
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#2a6f97';
  context.fillRect(0, 0, width, height / 2);
  return type === 'png'
    ? canvas.encodeSync('png')
    : type === 'webp'
      ? canvas.encodeSync('webp')
      : canvas.encodeSync('jpeg');
}

export function dataUrl(bytes: Buffer, type = 'image/jpeg'): string {
  return `data:${type};base64,${bytes.toString('base64')}`;
}

/** `WIDTHxHEIGHT` of a jpeg, png or webp; undefined for anything else. */
export async function sizeOfImage(bytes: Buffer): Promise<string | undefined> {
  if (!['image/jpeg', 'image/png', 'image/webp'].includes(await mediaTypeOf(bytes))) return undefined;
  const { width, height } = await loadImage(bytes);
  return `${width}x${height}`;
}
