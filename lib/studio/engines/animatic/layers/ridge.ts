import { mix } from '../colour.ts';
import { hash } from '../random.ts';
import { type Layer, MARGIN, type Stage } from '../stage.ts';

interface RidgeOptions {
  depth: number;
  /** The line that the ridge rises from. */
  base: number;
  height: number;
  /** Length of its longest wave. */
  span: number;
  /** 0 is rolling, 1 is rocky. */
  rough: number;
  colour: string;
  /** What it fades to at its foot. */
  foot: string;
  key: number;
  /** Colour of snow on its tops. */
  snow?: string;
}

const STEP = 9;

/** Hills, dunes or mountains that go on for ever. */
export function createRidge(stage: Stage, options: RidgeOptions): Layer {
  const { depth, base, height } = options;
  const profile = createProfile(stage.seed + options.key, options.span, options.rough);
  return {
    depth,
    paint(context, { x }) {
      const offset = Math.round(x * depth * 8) / 8;
      const gradient = context.createLinearGradient(0, base - height, 0, base + height * 0.25);
      if (options.snow) {
        gradient.addColorStop(0, options.snow);
        gradient.addColorStop(0.3, mix(options.snow, options.colour, 0.35));
        gradient.addColorStop(0.5, options.colour);
      } else gradient.addColorStop(0, options.colour);
      gradient.addColorStop(1, options.foot);
      context.fillStyle = gradient;
      context.beginPath();
      context.moveTo(-MARGIN, stage.height + MARGIN);
      // On a grid of the ridge's own, so that its line does not shiver while it moves.
      const start = Math.floor((offset - MARGIN) / STEP) * STEP;
      for (let at = start; at <= offset + stage.width + MARGIN + STEP; at += STEP) {
        context.lineTo(at - offset, base - height * profile(at));
      }
      context.lineTo(stage.width + MARGIN, stage.height + MARGIN);
      context.fill();
    },
  };
}

/** 0 to 1 at each place along a ridge. */
export function createProfile(seed: number, span: number, rough: number): (at: number) => number {
  const phase = (key: number) => hash(seed, key) * Math.PI * 2;
  const phases = [phase(1), phase(2), phase(3), phase(4), phase(5)] as const;
  return (at) => {
    const turn = (at / span) * Math.PI * 2;
    const smooth = 0.5 + 0.28 * Math.sin(turn + phases[0]) + 0.2 * Math.sin(turn * 1.73 + phases[1]);
    if (rough === 0) return smooth;
    const peak = 1 - Math.abs(Math.sin(turn * 0.9 + phases[2]));
    const crag = 1 - Math.abs(Math.sin(turn * 2.7 + phases[3]));
    const stone = 1 - Math.abs(Math.sin(turn * 7.3 + phases[4]));
    const rocky = 0.08 + 0.55 * peak + 0.24 * crag + 0.07 * stone;
    return smooth * (1 - rough) + rocky * rough;
  };
}
