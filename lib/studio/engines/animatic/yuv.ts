/** The bytes of one I420 frame; width and height are even. */
export function i420Size(width: number, height: number): number {
  return (width * height * 3) / 2;
}

/**
 * Opaque RGBA to I420 in BT.709 limited range, chroma averaged over 2x2 pixels, in 16-bit fixed point. One 32-bit read a
 * pixel: four byte reads take twice as long.
 */
export function rgbaToI420(rgba: Uint8Array, width: number, height: number, frame: Uint8Array): void {
  const halfWidth = width >> 1;
  let u = width * height;
  let v = u + halfWidth * (height >> 1);
  const words = new Uint32Array(rgba.buffer, rgba.byteOffset, width * height);
  for (let y = 0; y < height; y += 2) {
    let top = y * width;
    let bottom = top + width;
    for (let x = 0; x < halfWidth; x++, top += 2, bottom += 2) {
      const a = words[top] ?? 0;
      const b = words[top + 1] ?? 0;
      const c = words[bottom] ?? 0;
      const d = words[bottom + 1] ?? 0;
      frame[top] = luma(a);
      frame[top + 1] = luma(b);
      frame[bottom] = luma(c);
      frame[bottom + 1] = luma(d);
      const red = (a & 255) + (b & 255) + (c & 255) + (d & 255);
      const green = ((a >> 8) & 255) + ((b >> 8) & 255) + ((c >> 8) & 255) + ((d >> 8) & 255);
      const blue = ((a >> 16) & 255) + ((b >> 16) & 255) + ((c >> 16) & 255) + ((d >> 16) & 255);
      frame[u++] = (-6596 * red - 22189 * green + 28785 * blue + 33685504) >> 18;
      frame[v++] = (28785 * red - 26146 * green - 2639 * blue + 33685504) >> 18;
    }
  }
}

function luma(word: number): number {
  return (11966 * (word & 255) + 40254 * ((word >> 8) & 255) + 4064 * ((word >> 16) & 255) + 1081344) >> 16;
}
