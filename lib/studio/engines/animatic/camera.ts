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
  return ORDER.find((move) => words.has(MOVES[move])) ?? UNSAID[Math.floor(chance * UNSAID.length)] ?? 'track';
}

/** Where the camera is, in units of the stage; x is how far it went sideways at the subject's distance. */
export interface View {
  x: number;
  y: number;
  zoom: number;
}

const PAN_SPEED = 34;
const TRACK_SPEED = 70;

/**
 * The camera at a moment. It knows nothing of the clip's end: an extended clip must show the same frames as before, so a
 * move that cannot go on for ever slows down instead.
 */
export function viewAt(camera: Camera, seconds: number, pace: number): View {
  const settle = 1 - Math.exp((-seconds * pace) / 9);
  const drift = { x: 0, y: 3 * Math.sin(seconds * 0.5), zoom: 1.03 };
  switch (camera) {
    case 'still':
      return { x: 0, y: 0, zoom: 1 };
    case 'panLeft':
      return { ...drift, x: -PAN_SPEED * pace * seconds };
    case 'panRight':
      return { ...drift, x: PAN_SPEED * pace * seconds };
    case 'pushIn':
      return { ...drift, x: 8 * seconds, zoom: 1 + 0.34 * settle };
    case 'pullBack':
      return { ...drift, x: 8 * seconds, zoom: 1.34 - 0.34 * settle };
    case 'tiltUp':
      return { ...drift, x: 6 * seconds, y: 90 * settle - 60, zoom: 1.12 };
    case 'tiltDown':
      return { ...drift, x: 6 * seconds, y: 30 - 90 * settle, zoom: 1.12 };
    case 'track':
      return { ...drift, x: TRACK_SPEED * pace * seconds };
    case 'orbit':
      return {
        x: 420 * Math.sin(seconds * 0.22 * pace),
        y: 4 * Math.sin(seconds * 0.4),
        zoom: 1.08 + 0.05 * Math.sin(seconds * 0.44 * pace),
      };
  }
}
