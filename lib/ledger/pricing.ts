/** Dollars for one second of video. */
export interface ListPrice {
  model: RegExp;
  /** Without it: every size of the model. */
  size?: RegExp;
  usdPerSecond: number;
  /** Where the figure comes from, and of which date it is. */
  source: string;
}

const OFFICIAL = 'OpenAI, pricing page, autumn 2026';
const REPORTED = 'reported by users of the API, autumn 2026';

/** Of the hosted servers that bill by the second; the first line that fits rules. */
export const LIST_PRICES: readonly ListPrice[] = [
  { model: /^sora-2-pro/, size: /^(1024x1792|1792x1024)$/, usdPerSecond: 0.5, source: REPORTED },
  { model: /^sora-2-pro/, size: /^(1080x1920|1920x1080)$/, usdPerSecond: 0.7, source: REPORTED },
  { model: /^sora-2-pro/, usdPerSecond: 0.3, source: OFFICIAL },
  { model: /^sora-2/, usdPerSecond: 0.1, source: OFFICIAL },
];

/**
 * @param prices the user's own, by model or by `model@size`, in dollars a second; they come before the list
 * @returns undefined where nobody said what this model costs
 */
export function usdPerSecond(
  { model, size }: { model?: string | undefined; size?: string | undefined },
  prices: Readonly<Record<string, number>>,
  list: readonly ListPrice[] = LIST_PRICES,
): number | undefined {
  if (model === undefined) return undefined;
  const priced = [`${model}@${size}`, model].find((name) => Object.hasOwn(prices, name));
  if (priced !== undefined) return prices[priced];
  // A proxy puts the provider's name in front of the model's.
  const name = model.split('/').at(-1) ?? model;
  return list.find((line) => line.model.test(name) && (line.size === undefined || line.size.test(size ?? '')))
    ?.usdPerSecond;
}
