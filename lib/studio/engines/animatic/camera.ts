import type { Words } from './words.ts';

const MOVES = {
  still: ['static', 'locked', 'locked off', 'still shot', 'fixed camera', 'tripod', 'stationary'],
  panLeft: ['pan left', 'pans left', 'panning left', 'pan to the left', 'truck left', 'dolly left'],
  panRight: ['pan', 'pans', 'panning', 'pan right', 'truck right', 'dolly right'],
  pushIn: [
    'push in',
    'pushes in',
    'zoom in',
    'zooms in',
    'zooming in',
    'dolly in',
    'close in',
    'move closer',
    'push',
    'zoom',
    'dolly',
  ],
  pullBack: [
    'pull back',
    'pulls back',
    'pull out',
    'pulls out',
    'zoom out',
    'zooms out',
    'zooming out',
    'dolly out',
    'pullback',
    'reveal',
  ],
  tiltUp: ['tilt up', 'tilts up', 'crane up', 'rise up', 'look up', 'tilt'],
  tiltDown: ['tilt down', 'tilts down', 'crane down', 'look down'],
  track: ['tracking', 'follow', 'following', 'track', 'chase', 'alongside'],
  orbit: ['orbit', 'orbits', 'orbiting', 'circles around', 'arc', 'rotate', 'rotating'],
} as const;

export type Camera = keyof typeof MOVES;

const ORDER = ['still', 'panLeft', 'pullBack', 'tiltDown', 'pushIn', 'tiltUp', 'orbit', 'track', 'panRight'] as const;
const UNSAID = ['track', 'pushIn', 'track', 'panRight'] as const;

export function readCamera(words: Words, chance: number): Camera {
  return namedCamera(words) ?? UNSAID[Math.floor(chance * UNSAID.length)] ?? 'track';
}

export function namedCamera(words: Words): Camera | undefined {
  return ORDER.find((move) => words.has(MOVES[move]));
}

/** Where the camera is, in units of the stage; x is how far it went sideways at the subject's distance. */
export interface View {
  x: number;
  y: number;
  zoom: number;
}

const PAN_SPEED = 34;
const TRACK_SPEED = 70;
const CREEP_SPEED = 8;
const CLOSEST = 0.28;

/**
 * The camera at a moment. It knows nothing of the clip's end: an extended clip must show the same frames as before, so a
 * move that cannot go on for ever slows down instead. Each move but the still one goes along with a subject that travels.
 */
export function viewAt(camera: Camera, seconds: number, pace: number, travels: boolean): View {
  const along = (speed: number) => Math.max(speed, travels ? TRACK_SPEED : 0) * pace * seconds;
  const settle = 1 - Math.exp((-seconds * pace) / 9);
  const drift = { x: 0, y: 3 * Math.sin(seconds * 0.5), zoom: 1.03 };
  switch (camera) {
    case 'still':
      return { x: 0, y: 0, zoom: 1 };
    case 'panLeft':
      return { ...drift, x: -along(PAN_SPEED) };
    case 'panRight':
      return { ...drift, x: along(PAN_SPEED) };
    case 'pushIn':
      return { ...drift, x: along(CREEP_SPEED), zoom: 1 + CLOSEST * settle };
    case 'pullBack':
      return { ...drift, x: along(CREEP_SPEED), zoom: 1 + CLOSEST * (1 - settle) };
    case 'tiltUp':
      return { ...drift, x: along(CREEP_SPEED), y: 90 * settle - 60, zoom: 1.12 };
    case 'tiltDown':
      return { ...drift, x: along(CREEP_SPEED), y: 30 - 90 * settle, zoom: 1.12 };
    case 'track':
      return { ...drift, x: along(TRACK_SPEED) };
    case 'orbit':
      return {
        x: along(0) + 420 * Math.sin(seconds * 0.22 * pace),
        y: 4 * Math.sin(seconds * 0.4),
        zoom: 1.08 + 0.05 * Math.sin(seconds * 0.44 * pace),
      };
  }
}
