import type { Words } from './words.ts';

export type TimeOfDay = 'dawn' | 'day' | 'golden' | 'dusk' | 'night';

/** Also what the search for colours passes over: golden hour is no gold. */
export const TIME_WORDS = {
  golden: ['golden hour', 'golden light', 'late afternoon', 'evening sun'],
  dawn: ['dawn', 'sunrise', 'morning', 'daybreak', 'first light', 'blue hour'],
  dusk: ['dusk', 'sunset', 'twilight', 'evening', 'nightfall', 'sundown'],
  night: ['night', 'midnight', 'moonlight', 'moonlit', 'moon', 'starry', 'star', 'neon', 'nocturnal', 'aurora'],
  day: ['day', 'noon', 'midday', 'afternoon', 'sunny', 'daylight', 'bright', 'sunlit'],
} as const;

const ORDER = ['golden', 'dawn', 'dusk', 'night', 'day'] as const;

export function readTimeOfDay(words: Words): TimeOfDay | undefined {
  return ORDER.find((time) => words.has(TIME_WORDS[time]));
}
