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

const RAIN = ['rain', 'rainy', 'raining', 'drizzle', 'downpour', 'shower', 'monsoon'];
const SNOW = ['snow', 'snowy', 'snowfall', 'snowflake', 'snowing'];
const FOG = ['fog', 'foggy', 'mist', 'misty', 'haze', 'hazy', 'smoke', 'smoky'];
const STORM = ['storm', 'stormy', 'thunder', 'thunderstorm', 'lightning', 'hurricane', 'tempest'];
/** What ends all that falls or hangs in the air. */
const CLEARING = [
  ...['sunny', 'sunshine', 'clear sky', 'clear skies', 'clear weather', 'clear day', 'clear night', 'sky clears'],
  ...['rain stops', 'rain ends', 'stop raining', 'stops raining', 'snow stops', 'snow ends', 'stops snowing'],
  ...['storm passes', 'storm ends', 'fog lifts', 'fog clears', 'mist lifts', 'mist clears', 'weather clears'],
];
const USUAL_WIND = 0.2;
const USUAL_CLOUDS = 0.4;

export function readWeather(words: Words): Weather {
  const storm = words.has(STORM);
  const blizzard = words.has(['blizzard', 'snowstorm']);
  const snow = blizzard || words.has(SNOW);
  const rain = words.has(RAIN);
  const wind = words.has(['wind', 'windy', 'breeze', 'gale', 'gust', 'blowing', 'leaf', 'autumn']);
  const gloomy = words.has(['cloudy', 'overcast', 'gloomy', 'grey sky', 'gray sky']);
  return {
    rain: rain ? 0.7 : storm && !snow ? 1 : 0,
    snow: blizzard ? 1 : snow ? 0.6 : 0,
    fog: words.has(FOG) ? 1 : 0,
    lightning: storm && !snow ? 1 : 0,
    wind: storm || blizzard ? 1 : wind ? 0.7 : USUAL_WIND,
    clouds:
      storm || gloomy ? 1 : rain || snow ? 0.7 : words.has(['cloud']) ? 0.8 : words.has(['clear']) ? 0 : USUAL_CLOUDS,
  };
}

/** The weather after words that name a part of it, or want one gone; what they do not name stays. Rain and snow take turns. */
export function changeWeather(before: Weather, words: Words, excluded: Words): Weather {
  const named = readWeather(words);
  const clears = words.has(CLEARING);
  const falls = named.rain > 0 || named.snow > 0;
  const part = (value: number, now: number, isNamed: boolean, gone: readonly string[]) =>
    clears || excluded.has(gone) ? 0 : isNamed ? now : value;
  const weather = {
    rain: part(before.rain, named.rain, falls, [...RAIN, ...STORM]),
    snow: part(before.snow, named.snow, falls, SNOW),
    fog: part(before.fog, named.fog, named.fog > 0, FOG),
    lightning: part(before.lightning, named.lightning, named.lightning > 0 || named.snow > 0, STORM),
    wind: named.wind === USUAL_WIND ? before.wind : named.wind,
  };
  const dried = before.rain + before.snow > 0 && weather.rain + weather.snow === 0;
  const calm = clears ? 0.1 : dried || excluded.has(['cloud']) ? USUAL_CLOUDS / 2 : before.clouds;
  return { ...weather, clouds: named.clouds === USUAL_CLOUDS || clears ? calm : named.clouds };
}
