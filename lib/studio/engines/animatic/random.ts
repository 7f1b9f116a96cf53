/** A number in [0, 1) that depends on nothing but its arguments, so any frame can be drawn by itself and in any order. */
export function hash(seed: number, ...keys: number[]): number {
  let state = seed >>> 0;
  for (const key of keys) {
    state = Math.imul(state ^ (Math.floor(key) | 0), 0x9e3779b1);
    state = Math.imul(state ^ (state >>> 15), 0x85ebca6b);
    state ^= state >>> 13;
  }
  state = Math.imul(state ^ (state >>> 16), 0xc2b2ae35);
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32;
}

export function between(from: number, to: number, unit: number): number {
  return from + (to - from) * unit;
}

/** Unsigned 32-bit FNV-1a. */
export function textSeed(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  return state >>> 0;
}

/** One of the choices; the list must not be empty. */
export function pick<Choice>(choices: readonly [Choice, ...Choice[]], unit: number): Choice {
  return choices[Math.floor(unit * choices.length)] ?? choices[0];
}
