import type { ImageType } from './image.ts';

export interface ImageSize {
  width: number;
  height: number;
}

/**
 * The pixels that a picture's header claims, for which a decoder takes memory whatever the file holds; undefined where the
 * header has no such claim. Sources: PNG section 11.2.1, ITU T.81 annex B, the container and the bitstreams of WebP.
 */
export function imageSizeOf(mediaType: ImageType, bytes: Buffer): ImageSize | undefined {
  return READERS[mediaType](bytes);
}

const READERS: Record<ImageType, (bytes: Buffer) => ImageSize | undefined> = {
  'image/png': (bytes) =>
    bytes.length < 24 ? undefined : { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) },
  'image/jpeg': jpegSize,
  'image/webp': webpSize,
};

/** A frame's header; tables and arithmetic conditions have markers of the same kind. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

function jpegSize(bytes: Buffer): ImageSize | undefined {
  for (let offset = 2; offset + 9 <= bytes.length; ) {
    if (bytes[offset] !== 0xff) return undefined;
    const marker = bytes.readUInt8(offset + 1);
    // Any number of these may fill the space before a marker.
    if (marker === 0xff) {
      offset++;
      continue;
    }
    if (isFrame(marker)) return { height: bytes.readUInt16BE(offset + 5), width: bytes.readUInt16BE(offset + 7) };
    offset += 2 + bytes.readUInt16BE(offset + 2);
  }
  return undefined;
}

function webpSize(bytes: Buffer): ImageSize | undefined {
  if (bytes.length < 30) return undefined;
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    default:
      return undefined;
  }
}
