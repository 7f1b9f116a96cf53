import { alpha, darken, lighten, mix } from '../colour.ts';
import { between, hash } from '../random.ts';
import { type Context, type Layer, MARGIN, type Stage } from '../stage.ts';

export type GroundMarks = 'grass' | 'stones' | 'ripples' | 'sparkle' | 'paving' | 'planks' | 'none';

interface GroundOptions {
  top: number;
  marks: GroundMarks;
  /** Overrides the palette's ground, far and near. */
  far?: string;
  near?: string;
  /** Wet ground mirrors the sky. */
  wet?: boolean;
}

const ROWS = 13;

/** A plain that runs from the horizon to the viewer. */
export function createGround(stage: Stage, options: GroundOptions): Layer {
  const { width, height, palette, seed } = stage;
  const far = options.far ?? mix(palette.middle, palette.horizon, 0.25);
  const near = options.near ?? mix(palette.middle, palette.near, 0.55);
  const bottom = height + MARGIN;
  const light = alpha(lighten(far, 0.3), 0.4);
  const dark = alpha(darken(near, 0.3), 0.4);
  return {
    depth: 0.6,
    paint(context, { seconds, x }) {
      const gradient = context.createLinearGradient(0, options.top, 0, height);
      gradient.addColorStop(0, far);
      gradient.addColorStop(1, near);
      context.fillStyle = gradient;
      context.fillRect(-MARGIN, options.top, width + MARGIN * 2, bottom - options.top);
      if (options.wet) paintSheen(context, stage, options.top);
      if (options.marks === 'none') return;
      const mark = MARKS[options.marks];
      for (let row = 0; row < ROWS; row++) {
        const distance = (row + 0.6) / ROWS;
        const y = options.top + (bottom - options.top) * distance ** 1.6;
        const size = between(5, 42, distance ** 1.3);
        const pitch = size * mark.pitch;
        const offset = x * between(0.25, 1.35, distance ** 1.2);
        context.fillStyle = row % 2 ? light : dark;
        context.beginPath();
        for (let cell = Math.floor((offset - MARGIN) / pitch) - 1; cell * pitch < offset + width + MARGIN; cell++) {
          const at = (cell + hash(seed, 31, row, cell)) * pitch - offset;
          mark.draw(context, at, y + size * 0.3 * hash(seed, 32, row, cell), size, hash(seed, 33, row, cell), seconds);
        }
        context.fill();
      }
    },
  };
}

function paintSheen(context: Context, stage: Stage, top: number): void {
  const sheen = context.createLinearGradient(0, top, 0, stage.height);
  sheen.addColorStop(0, alpha(stage.palette.horizon, 0.45));
  sheen.addColorStop(1, alpha(stage.palette.horizon, 0.05));
  context.fillStyle = sheen;
  context.fillRect(-MARGIN, top, stage.width + MARGIN * 2, stage.height + MARGIN - top);
}

type Draw = (context: Context, x: number, y: number, size: number, chance: number, seconds: number) => void;

const MARKS: Record<Exclude<GroundMarks, 'none'>, { pitch: number; draw: Draw }> = {
  grass: {
    pitch: 2.2,
    draw(context, x, y, size, chance, seconds) {
      const sway = Math.sin(seconds * 1.7 + x * 0.01 + chance * 6) * size * 0.12;
      for (const lean of [-0.3, 0, 0.34]) {
        context.moveTo(x + lean * size * 0.4 - size * 0.06, y);
        context.quadraticCurveTo(
          x + lean * size * 0.4,
          y - size * 0.4,
          x + lean * size + sway,
          y - size * (0.6 + chance * 0.4),
        );
        context.lineTo(x + lean * size * 0.4 + size * 0.06, y);
      }
    },
  },
  stones: {
    pitch: 4.5,
    draw: (context, x, y, size, chance) => oval(context, x, y, size * (0.3 + chance * 0.4), size * 0.16),
  },
  ripples: {
    pitch: 5,
    draw(context, x, y, size, chance) {
      const long = size * (2 + chance * 2);
      context.moveTo(x, y);
      context.quadraticCurveTo(x + long / 2, y - size * 0.28, x + long, y);
      context.quadraticCurveTo(x + long / 2, y - size * 0.12, x, y);
    },
  },
  sparkle: { pitch: 4, draw: (context, x, y, size, chance) => oval(context, x, y, size * (0.5 + chance), size * 0.09) },
  paving: {
    pitch: 3.6,
    draw: (context, x, y, size, chance) => context.rect(x, y, size * (1.2 + chance * 1.6), Math.max(1, size * 0.06)),
  },
  planks: {
    pitch: 7,
    draw: (context, x, y, size, chance) => context.rect(x, y, size * (3 + chance * 3), Math.max(1, size * 0.05)),
  },
};

function oval(context: Context, x: number, y: number, width: number, height: number): void {
  context.moveTo(x + width, y);
  context.ellipse(x, y, width, height, 0, 0, Math.PI * 2);
}
