type Rgb = [red: number, green: number, blue: number];

/** `amount` 0 is the first colour, 1 the second. */
export function mix(first: string, second: string, amount: number): string {
  const [a, b] = [parse(first), parse(second)];
  return format([a[0] + (b[0] - a[0]) * amount, a[1] + (b[1] - a[1]) * amount, a[2] + (b[2] - a[2]) * amount]);
}

/** What a surface of this colour looks like in this light. */
export function lit(surface: string, light: string): string {
  const [a, b] = [parse(surface), parse(light)];
  return format([(a[0] * b[0]) / 255, (a[1] * b[1]) / 255, (a[2] * b[2]) / 255]);
}

export function alpha(colour: string, opacity: number): string {
  const [red, green, blue] = parse(colour);
  return `rgba(${red},${green},${blue},${Math.max(0, Math.min(1, opacity)).toFixed(3)})`;
}

export function darken(colour: string, amount: number): string {
  return mix(colour, '#05060f', amount);
}

export function lighten(colour: string, amount: number): string {
  return mix(colour, '#ffffff', amount);
}

/** Perceived brightness, 0 to 1. */
export function brightness(colour: string): number {
  const [red, green, blue] = parse(colour);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

export function fromHue(degrees: number, saturation: number, lightness: number): string {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const position = (offset + degrees / 30) % 12;
    return 255 * (lightness - chroma * Math.max(-1, Math.min(position - 3, 9 - position, 1)));
  };
  return format([channel(0), channel(8), channel(4)]);
}

export function fromRgb(red: number, green: number, blue: number): string {
  return format([red, green, blue]);
}

function parse(colour: string): Rgb {
  const digits = colour.slice(1);
  const long = digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits;
  const value = Number.parseInt(long.slice(0, 6), 16) || 0;
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function format(rgb: Rgb): string {
  const byte = (value: number) =>
    Math.max(0, Math.min(255, Math.round(value)))
      .toString(16)
      .padStart(2, '0');
  return `#${byte(rgb[0])}${byte(rgb[1])}${byte(rgb[2])}`;
}
