import { crc32 } from 'node:zlib';
import { VideoToolsetError } from '../errors.ts';
import { type ImageSize, imageSizeOf } from './imageSize.ts';
import { mediaTypeOf } from './sniff.ts';

/** A decoder takes four bytes for each, however small the file is. */
const MOST_PIXELS = 64_000_000;

export type ImageType = 'image/png' | 'image/jpeg' | 'image/webp';

/** In pixels, as stored. */
export interface ImageFacts extends ImageSize {
  mediaType: ImageType;
}

/**
 * Is this a whole picture that a video server can use? Decoders accept some truncated files, so the structure is checked
 * first, then its claimed size, and only then the picture is decoded, one at a time.
 * @throws VideoToolsetError `invalid_media`
 */
export async function checkImage(bytes: Buffer): Promise<ImageFacts> {
  const mediaType = imageType(await mediaTypeOf(bytes.subarray(0, 4_100)));
  if (!IS_WHOLE[mediaType](bytes)) throw invalid(`the ${mediaType} file is damaged or cut off`);
  const claimed = imageSizeOf(mediaType, bytes);
  if (claimed === undefined) throw invalid(`the ${mediaType} file is damaged or cut off`);
  if (claimed.width * claimed.height > MOST_PIXELS) {
    const size = `${claimed.width}x${claimed.height}`;
    throw invalid(`it has ${size} pixels, which is more than ${MOST_PIXELS / 1_000_000} million`);
  }
  const decoded = last.then(() => decodedSize(bytes));
  last = decoded.catch(() => undefined);
  const { width, height } = await decoded.catch((cause) => {
    throw invalid(`the ${mediaType} file cannot be decoded`, cause);
  });
  if (width > 0 && height > 0) return { mediaType, width, height };
  throw invalid(`the ${mediaType} file holds no picture`);
}

/** One at a time: each may take a quarter of a gigabyte. */
let last: Promise<unknown> = Promise.resolve();

async function decodedSize(bytes: Buffer): Promise<ImageSize> {
  const { loadImage } = await import('@napi-rs/canvas');
  const { width, height } = await loadImage(bytes);
  return { width, height };
}

function imageType(mediaType: string): ImageType {
  if (mediaType === 'image/png' || mediaType === 'image/jpeg' || mediaType === 'image/webp') return mediaType;
  throw invalid(`it is ${mediaType === 'application/octet-stream' ? 'no known kind of file' : mediaType}`);
}

function invalid(problem: string, cause?: unknown): VideoToolsetError {
  return new VideoToolsetError('invalid_media', `${problem}; a reference image must be a whole PNG, JPEG or WebP.`, {
    cause,
    next_step: 'Choose another image, then make the call again.',
  });
}

const IS_WHOLE: Record<ImageType, (bytes: Buffer) => boolean> = {
  'image/png': isWholePng,
  'image/jpeg': (bytes) => bytes.lastIndexOf(Buffer.of(0xff, 0xd9)) > 0,
  'image/webp': (bytes) => bytes.length >= bytes.readUInt32LE(4) + 8,
};

/** Every chunk with its checksum, up to the end mark. */
function isWholePng(bytes: Buffer): boolean {
  for (let offset = 8; offset + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(offset);
    const end = offset + 8 + length;
    if (end + 4 > bytes.length || crc32(bytes.subarray(offset + 4, end)) !== bytes.readUInt32BE(end)) return false;
    if (bytes.toString('latin1', offset + 4, offset + 8) === 'IEND') return true;
    offset = end + 4;
  }
  return false;
}
