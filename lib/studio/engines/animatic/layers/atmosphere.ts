import { lighten } from '../colour.ts';
import type { Layer, Stage } from '../stage.ts';
import { createLightning, createMist } from './air.ts';
import { createFlecks, createRain, createSnow } from './particles.ts';

/** Weather and what floats in the air, over everything else. */
export function createAtmosphere(stage: Stage): Layer[] {
  const { scene, palette, height, ground } = stage;
  const { weather, place } = scene;
  const outside = place !== 'interior' && place !== 'underwater' && place !== 'space';
  const layers: Layer[] = [];
  if (weather.fog > 0 && outside) {
    layers.push(
      createMist(stage, { depth: 0.9, y: ground - height * 0.12, height: height * 0.34, opacity: 0.42, key: 1 }),
    );
    layers.push(
      createMist(stage, { depth: 1.2, y: ground + height * 0.06, height: height * 0.3, opacity: 0.4, key: 2 }),
    );
  }
  if (outside && weather.lightning > 0) layers.push(createLightning(stage));
  if (outside && weather.rain > 0) layers.push(createRain(stage, weather.rain));
  if (outside && weather.snow > 0) layers.push(createSnow(stage, weather.snow));
  const dry = weather.rain === 0 && weather.snow === 0;
  if (place === 'interior')
    layers.push(
      createFlecks(stage, { colour: '#fff2d0', count: 34, fall: -5, drift: 4, size: 1.7, blinking: true, key: 141 }),
    );
  else if (place === 'underwater')
    layers.push(createFlecks(stage, { colour: '#dff6ff', count: 46, fall: -42, drift: 2, size: 3.2, key: 142 }));
  else if (place === 'space' || place === 'abstract')
    layers.push(
      createFlecks(stage, {
        colour: lighten(palette.accent, 0.5),
        count: 36,
        fall: -9,
        drift: 6,
        size: 1.9,
        blinking: true,
        key: 143,
      }),
    );
  else if (dry && (place === 'forest' || place === 'field') && (scene.time === 'night' || scene.time === 'dusk'))
    layers.push(
      createFlecks(stage, { colour: '#ffe48a', count: 32, fall: -6, drift: 5, size: 2.1, blinking: true, key: 144 }),
    );
  else if (dry && weather.wind >= 0.7)
    layers.push(
      createFlecks(stage, { colour: '#e8a13a', count: 26, fall: 44, drift: -120, size: 6, tumbling: true, key: 145 }),
    );
  else if (dry && ['forest', 'field', 'desert', 'beach', 'road', 'mountains'].includes(place))
    layers.push(
      createFlecks(stage, { colour: '#fff6dc', count: 26, fall: -4, drift: -9, size: 1.6, blinking: true, key: 146 }),
    );
  return layers;
}
