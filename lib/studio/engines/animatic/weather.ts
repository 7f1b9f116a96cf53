import type { Words } from './words.ts';

/** How strong each is, 0 to 1. */
export interface Weather {
  rain: number;
  snow: number;
  fog: number;
  lightning: number;
  wind: number;
  clouds: number;
}

export function readWeather(words: Words): Weather {
  const storm = words.has(['storm', 'stormy', 'thunder', 'thunderstorm', 'lightning', 'hurricane', 'tempest']);
  const blizzard = words.has(['blizzard', 'snowstorm']);
  const snow = blizzard || words.has(['snow', 'snowy', 'snowfall', 'snowflake', 'snowing']);
  const rain = words.has(['rain', 'rainy', 'raining', 'drizzle', 'downpour', 'shower', 'monsoon']);
  const wind = words.has(['wind', 'windy', 'breeze', 'gale', 'gust', 'blowing', 'leaf', 'autumn']);
  const gloomy = words.has(['cloudy', 'overcast', 'gloomy', 'grey sky', 'gray sky']);
  return {
    rain: rain ? 0.7 : storm && !snow ? 1 : 0,
    snow: blizzard ? 1 : snow ? 0.6 : 0,
    fog: words.has(['fog', 'foggy', 'mist', 'misty', 'haze', 'hazy', 'smoke', 'smoky']) ? 1 : 0,
    lightning: storm && !snow ? 1 : 0,
    wind: storm || blizzard ? 1 : wind ? 0.7 : 0.2,
    clouds: storm || gloomy ? 1 : rain || snow ? 0.7 : words.has(['cloud']) ? 0.8 : words.has(['clear']) ? 0 : 0.4,
  };
}
