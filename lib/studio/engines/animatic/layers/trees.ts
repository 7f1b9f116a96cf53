import { between, hash } from '../random.ts';
import { type Context, type Layer, MARGIN, type Stage } from '../stage.ts';

export type TreeKind = 'conifer' | 'broadleaf' | 'palm' | 'trunk';

interface TreeOptions {
  depth: number;
  base: number;
  size: number;
  spacing: number;
  colour: string;
  kind: TreeKind;
  key: number;
  /** 0 to 1: how many places hold a tree. */
  density?: number;
}

/** A row of trees as one silhouette; they sway a little. */
export function createTrees(stage: Stage, options: TreeOptions): Layer {
  const { depth, spacing, size, key } = options;
  const { seed, scene } = stage;
  const draw = SHAPES[options.kind];
  return {
    depth,
    paint(context, { seconds, x }) {
      const offset = x * depth;
      const reach = MARGIN + size;
      context.fillStyle = options.colour;
      context.beginPath();
      for (
        let cell = Math.floor((offset - reach) / spacing);
        cell <= (offset + stage.width + reach) / spacing;
        cell++
      ) {
        if (hash(seed, key, cell, 4) > (options.density ?? 1)) continue;
        const height = size * between(0.6, 1.1, hash(seed, key, cell, 1));
        const at = (cell + between(0.1, 0.9, hash(seed, key, cell, 2))) * spacing - offset;
        const sway = Math.sin(seconds * 1.1 + cell * 2.1) * height * 0.012 * (0.5 + scene.weather.wind);
        draw(
          context,
          at,
          options.base + between(-0.02, 0.03, hash(seed, key, cell, 3)) * size,
          height,
          sway,
          hash(seed, key, cell, 5),
        );
      }
      context.fill();
    },
  };
}

type Draw = (context: Context, x: number, y: number, height: number, sway: number, chance: number) => void;

const SHAPES: Record<TreeKind, Draw> = {
  conifer(context, x, y, height, sway) {
    const width = height * 0.2;
    context.rect(x - height * 0.02, y - height * 0.16, height * 0.04, height * 0.2);
    for (let tier = 0; tier < 4; tier++) {
      const low = y - height * (0.1 + tier * 0.2);
      const reach = width * (1 - tier * 0.21);
      context.moveTo(x - reach + sway * tier * 0.4, low);
      context.lineTo(x + sway * (tier + 1) * 0.5, low - height * 0.36);
      context.lineTo(x + reach + sway * tier * 0.4, low);
      context.closePath();
    }
  },
  broadleaf(context, x, y, height, sway, chance) {
    context.rect(x - height * 0.03, y - height * 0.45, height * 0.06, height * 0.5);
    for (let puff = 0; puff < 5; puff++) {
      const turn = puff * 1.9 + chance * 6;
      const radius = height * (0.17 + 0.05 * Math.sin(turn * 3));
      const centreX = x + sway * 2 + Math.cos(turn) * height * 0.17;
      const centreY = y - height * 0.66 + Math.sin(turn) * height * 0.14;
      context.moveTo(centreX + radius, centreY);
      context.arc(centreX, centreY, radius, 0, Math.PI * 2);
    }
  },
  palm(context, x, y, height, sway, chance) {
    const lean = (chance - 0.5) * height * 0.35 + sway * 2;
    const top = y - height;
    context.moveTo(x - height * 0.03, y + 10);
    context.quadraticCurveTo(x, y - height * 0.5, x + lean - height * 0.012, top);
    context.lineTo(x + lean + height * 0.012, top);
    context.quadraticCurveTo(x + height * 0.05, y - height * 0.5, x + height * 0.035, y + 10);
    context.closePath();
    for (let leaf = 0; leaf < 7; leaf++) {
      const turn = Math.PI * (0.95 + (leaf / 6) * 1.1);
      const tipX = x + lean + Math.cos(turn) * height * 0.36 + sway;
      const tipY = top + Math.sin(turn) * height * 0.2 + height * 0.12;
      const bendX = x + lean + Math.cos(turn) * height * 0.2;
      context.moveTo(x + lean, top);
      context.quadraticCurveTo(bendX, top + Math.sin(turn) * height * 0.22 - height * 0.05, tipX, tipY);
      context.quadraticCurveTo(bendX, top + Math.sin(turn) * height * 0.22 + height * 0.02, x + lean, top);
    }
  },
  trunk(context, x, y, height, sway, chance) {
    const width = height * between(0.035, 0.07, chance);
    context.moveTo(x - width * 1.6, y + 20);
    context.quadraticCurveTo(x - width * 0.7, y - height * 0.2, x - width * 0.5 + sway, y - height * 1.6);
    context.lineTo(x + width * 0.5 + sway, y - height * 1.6);
    context.quadraticCurveTo(x + width * 0.7, y - height * 0.2, x + width * 1.6, y + 20);
    context.closePath();
    const side = chance < 0.5 ? -1 : 1;
    const fork = y - height * between(0.45, 0.75, chance);
    // Wound like the trunk, or the two would cut a hole where they cross.
    context.moveTo(x, fork - side * width);
    context.quadraticCurveTo(
      x + side * height * 0.14,
      fork - height * 0.05,
      x + side * height * 0.24,
      fork - height * 0.24,
    );
    context.quadraticCurveTo(x + side * height * 0.1, fork - height * 0.12, x, fork + side * width);
    context.closePath();
  },
};
