import type { PlanRequest, Recipe } from '../engine.ts';
import { offerOf, resolutionFormOf } from './offers.ts';

/** What a model is asked for, in the words of the AI SDK. */
export interface Shape {
  aspectRatio: `${number}:${number}`;
  resolution?: `${number}x${number}`;
}

const COMMON_RATIOS = ['16:9', '9:16', '1:1', '4:3', '3:4', '3:2', '2:3', '21:9'];
/** The landscape size that names a resolution, by its short side. */
const NAMED: Record<number, `${number}x${number}`> = {
  480: '854x480',
  720: '1280x720',
  768: '1366x768',
  1080: '1920x1080',
  1440: '2560x1440',
  2160: '3840x2160',
};
const COMMON_SIDES = [480, 720, 1080, 2160];
/** A shape that differs by less is the same to the eye, and due to sizes being even. */
const SAME_RATIO = 0.005;

/** What is made of a request by a model, and in words what of it differs from what was asked for. */
export function planClip(model: string, request: PlanRequest): { recipe: Recipe; notes: string[] } {
  const { prompt, width, height, seed, isSeedRandom } = request;
  const seconds = nearestLength(request.seconds, offerOf(model).seconds);
  const notes = [
    ...(seconds === request.seconds
      ? []
      : [`${seconds} seconds instead of ${request.seconds}: the nearest that ${model} offers.`]),
    ...shapeOf(model, { width, height, seconds }).notes,
  ];
  return {
    recipe: {
      ...{ version: 1, seed, width, height, fps: 0, palette: [], segments: [{ prompt, seconds }] },
      ...(isSeedRandom && { isSeedRandom }),
    },
    notes,
  };
}

export function shapeOf(
  model: string,
  { width, height, seconds }: { width: number; height: number; seconds: number },
): Shape & { notes: string[] } {
  const offer = offerOf(model);
  const { ratios = COMMON_RATIOS, resolutions, resolutionOfShortClips, seconds: lengths, isShapeless } = offer;
  const ratio = nearestRatio(width / height, ratios);
  if (isShapeless) return { aspectRatio: ratio, notes: ['The model chooses length, shape and resolution by itself.'] };
  const notes =
    Math.abs(Math.log(quotientOf(ratio) / (width / height))) < SAME_RATIO
      ? []
      : [`The shape is ${ratio} instead of ${width}x${height}.`];
  const form = resolutionFormOf(model);
  if (form === 'none') {
    return { aspectRatio: ratio, notes: [...notes, `The model chooses the resolution by itself.`] };
  }
  if (form === 'pixels') return { aspectRatio: ratio, resolution: `${width}x${height}`, notes };
  const short = Math.min(width, height);
  const isLongest = Array.isArray(lengths) && seconds === Math.max(...lengths);
  const most = resolutionOfShortClips !== undefined && !isLongest ? resolutionOfShortClips : Number.POSITIVE_INFINITY;
  const offered = (resolutions ?? COMMON_SIDES).filter((side) => side <= most);
  const side = nearest(short, offered);
  return {
    aspectRatio: ratio,
    ...(NAMED[side] !== undefined && { resolution: NAMED[side] }),
    notes: side === short ? notes : [...notes, `The resolution is ${side}p, the nearest to ${width}x${height}.`],
  };
}

function nearestLength(asked: number, offered: ReturnType<typeof offerOf>['seconds']): number {
  if (offered === undefined) return asked;
  if ('from' in offered) return Math.min(offered.to, Math.max(offered.from, asked));
  return nearest(asked, offered);
}

/** Of two that are as near, the first: the smaller, which costs less. */
function nearest(asked: number, offered: readonly number[]): number {
  return offered.toSorted((a, b) => Math.abs(a - asked) - Math.abs(b - asked) || a - b)[0] ?? asked;
}

function nearestRatio(asked: number, ratios: readonly string[]): `${number}:${number}` {
  const distance = (ratio: string) => Math.abs(Math.log(quotientOf(ratio) / asked));
  const [width = 16, height = 9] = (ratios.toSorted((a, b) => distance(a) - distance(b))[0] ?? '')
    .split(':')
    .map(Number);
  return `${width}:${height}`;
}

function quotientOf(ratio: string): number {
  const [width = 1, height = 1] = ratio.split(':').map(Number);
  return width / height;
}
