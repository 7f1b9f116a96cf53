import type { Estimate } from './estimate.ts';

/** `12 clips, 48 seconds, about $4.80, about 3 minutes` */
export function estimateText({ shots, seconds, usd, isFree, durationMs }: Estimate): string {
  const price = isFree ? 'no cost' : usd === undefined ? 'at a price that is not known' : `about $${usd.toFixed(2)}`;
  const time = durationMs === undefined ? [] : [`about ${durationText(durationMs)}`];
  return [`${shots} ${shots === 1 ? 'clip' : 'clips'}`, `${seconds} seconds`, price, ...time].join(', ');
}

export function durationText(ms: number): string {
  if (ms < 90_000) return `${Math.max(1, Math.round(ms / 1_000))} seconds`;
  if (ms < 90 * 60_000) return `${Math.round(ms / 60_000)} minutes`;
  return `${(ms / 3_600_000).toFixed(1)} hours`;
}
