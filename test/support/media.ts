import { crc32, deflateSync } from 'node:zlib';
import { createCanvas } from '@napi-rs/canvas';

/** The smallest bytes that pass for a whole MP4: `ftyp`, an empty index and the payload. */
export function mp4(payload: string | Buffer = 'frames'): Buffer {
  return Buffer.concat([box('ftyp', 'isom\0\0\x02\0isomiso2avc1mp41'), box('moov', ''), box('mdat', payload)]);
}

/** An MP4 whose index states a length, in the short or the long form of its header. */
export function timedMp4(seconds: number, form: 'short' | 'long' = 'short'): Buffer {
  const header = Buffer.alloc(form === 'short' ? 100 : 112);
  header.writeUInt8(form === 'short' ? 0 : 1, 0);
  header.writeUInt32BE(1_000, form === 'short' ? 12 : 20);
  if (form === 'short') header.writeUInt32BE(seconds * 1_000, 16);
  else header.writeBigUInt64BE(BigInt(seconds * 1_000), 24);
  const index = box('moov', Buffer.concat([box('free', 'xx'), box('mvhd', header)]));
  return Buffer.concat([box('ftyp', 'isom\0\0\x02\0isomiso2avc1mp41'), box('mdat', Buffer.alloc(2_000)), index]);
}

/** A WebP header around anything; enough for magic bytes, not for a decoder. */
export function webp(payload = 'VP8 pixels'): Buffer {
  const content = Buffer.from(`WEBP${payload}`, 'latin1');
  const header = Buffer.from('RIFF\0\0\0\0', 'latin1');
  header.writeUInt32LE(content.length, 4);
  return Buffer.concat([header, content]);
}

/** A whole, decodable picture. */
export function picture(type: 'image/png' | 'image/jpeg' | 'image/webp', width = 32, height = 16): Buffer {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#c33';
  context.fillRect(0, 0, width / 2, height);
  if (type === 'image/png') return canvas.toBuffer(type);
  return type === 'image/jpeg' ? canvas.toBuffer(type) : canvas.toBuffer(type);
}

/** A small file whose header claims a square picture of that side; the PNG keeps its word. */
export function hugePicture(type: 'image/png' | 'image/jpeg' | 'image/webp', side: number): Buffer {
  if (type === 'image/png') return onePixelBits(side);
  const bytes = picture(type);
  if (type === 'image/webp') {
    const header = Buffer.from('RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0', 'latin1');
    const size = Buffer.alloc(6);
    size.writeUIntLE(side - 1, 0, 3);
    size.writeUIntLE(side - 1, 3, 3);
    const whole = Buffer.concat([header, size, bytes.subarray(12)]);
    whole.writeUInt32LE(whole.length - 8, 4);
    return whole;
  }
  const frame = bytes.indexOf(Buffer.of(0xff, 0xc0));
  bytes.writeUInt16BE(side, frame + 5);
  bytes.writeUInt16BE(side, frame + 7);
  return bytes;
}

function onePixelBits(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.writeUInt8(1, 8);
  const pixels = deflateSync(Buffer.alloc((Math.ceil(side / 8) + 1) * side));
  const signature = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
}

function box(name: string, payload: string | Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(name, 'latin1'), Buffer.from(payload)]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(content.length + 4);
  return Buffer.concat([size, content]);
}
