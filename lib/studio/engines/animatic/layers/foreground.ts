import { between, hash } from '../random.ts';
import { type Context, type Layer, MARGIN, type Stage } from '../stage.ts';

export type ForegroundKind = 'grass' | 'reeds' | 'stones' | 'flowers' | 'fence';

interface ForegroundOptions {
  kind: ForegroundKind;
  colour: string;
  size: number;
  spacing: number;
  key: number;
  /** For flowers. */
  bloom?: string;
  depth?: number;
}

/** What stands between the viewer and the subject, along the lower edge: out of the subject's way, but near. */
export function createForeground(stage: Stage, options: ForegroundOptions): Layer {
  const { width, height, seed } = stage;
  const { size, spacing, key } = options;
  const depth = options.depth ?? 1.5;
  const draw = SHAPES[options.kind];
  return {
    depth,
    paint(context, { seconds, x }) {
      const offset = x * depth;
      const blooms: [number, number, number][] = [];
      context.fillStyle = options.colour;
      context.beginPath();
      for (
        let cell = Math.floor((offset - MARGIN - size) / spacing);
        cell <= (offset + width + MARGIN + size) / spacing;
        cell++
      ) {
        const chance = hash(seed, key, cell, 1);
        const at = (cell + hash(seed, key, cell, 2)) * spacing - offset;
        const tall = size * between(0.55, 1, chance);
        const sway = Math.sin(seconds * 1.4 + cell * 0.7) * tall * 0.07 * (1 + stage.scene.weather.wind);
        const foot = height + 26;
        draw(context, at, foot, tall, sway, hash(seed, key, cell, 3));
        if (options.bloom)
          blooms.push([at + sway + (hash(seed, key, cell, 3) - 0.5) * tall * 0.5, foot - tall, tall * 0.08]);
      }
      context.fill();
      if (!options.bloom) return;
      context.fillStyle = options.bloom;
      context.beginPath();
      for (const [left, top, radius] of blooms) {
        context.moveTo(left + radius, top);
        context.arc(left, top, radius, 0, Math.PI * 2);
      }
      context.fill();
    },
  };
}

type Draw = (context: Context, x: number, y: number, height: number, sway: number, chance: number) => void;

function blade(context: Context, x: number, y: number, height: number, lean: number, width: number): void {
  context.moveTo(x - width, y);
  context.quadraticCurveTo(x - width * 0.4 + lean * 0.2, y - height * 0.6, x + lean, y - height);
  context.quadraticCurveTo(x + width * 0.8 + lean * 0.3, y - height * 0.55, x + width, y);
  context.closePath();
}

const SHAPES: Record<ForegroundKind, Draw> = {
  grass(context, x, y, height, sway, chance) {
    for (let index = 0; index < 5; index++)
      blade(
        context,
        x + (index - 2) * height * 0.09,
        y,
        height * (0.6 + 0.4 * ((index * 0.37 + chance) % 1)),
        (index - 2) * height * 0.16 + sway,
        height * 0.045,
      );
  },
  reeds(context, x, y, height, sway, chance) {
    blade(context, x, y, height, (chance - 0.5) * height * 0.3 + sway, height * 0.02);
    blade(context, x + height * 0.1, y, height * 0.7, height * 0.2 + sway, height * 0.03);
    const headX = x + (chance - 0.5) * height * 0.28 + sway * 0.9;
    context.roundRect(headX - height * 0.022, y - height * 0.98, height * 0.044, height * 0.2, height * 0.022);
  },
  stones(context, x, y, height, _sway, chance) {
    const width = height * (0.9 + chance);
    context.moveTo(x - width, y);
    context.bezierCurveTo(
      x - width,
      y - height * 0.7,
      x - width * 0.4,
      y - height,
      x,
      y - height * (0.8 + chance * 0.2),
    );
    context.bezierCurveTo(x + width * 0.6, y - height, x + width, y - height * 0.5, x + width * 1.1, y);
    context.closePath();
  },
  flowers(context, x, y, height, sway, chance) {
    blade(context, x, y, height, (chance - 0.5) * height * 0.5 + sway, height * 0.016);
    blade(context, x + height * 0.08, y, height * 0.5, height * 0.2 + sway, height * 0.03);
    blade(context, x - height * 0.07, y, height * 0.45, -height * 0.18 + sway, height * 0.03);
  },
  fence(context, x, y, height) {
    context.rect(x - height * 0.03, y - height, height * 0.06, height);
  },
};
