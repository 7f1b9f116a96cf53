import { alpha, lighten, mix } from '../colour.ts';
import { between, hash } from '../random.ts';
import { type Context, type Layer, MARGIN, type Stage } from '../stage.ts';

const STARS = 150;

/** The sky with its sun or moon, and stars at night. */
export function createSky(stage: Stage): Layer {
  const { width, height, horizon, palette, scene, sun } = stage;
  const overcast = scene.weather.clouds >= 0.9 || (scene.weather.rain > 0 && !stage.dark);
  const disc = stage.dark ? '#f3efd9' : lighten(mix(palette.horizon, '#fff2c8', 0.6), 0.3);
  const radius = stage.dark ? 42 : scene.time === 'day' ? 46 : 64;
  const reach = radius * 4.6;
  const paintSun = (context: Context) => {
    const glow = context.createRadialGradient(sun.x, sun.y, radius * 0.6, sun.x, sun.y, reach);
    glow.addColorStop(0, alpha(disc, overcast ? 0.25 : 0.62));
    glow.addColorStop(0.3, alpha(disc, overcast ? 0.1 : 0.2));
    glow.addColorStop(1, alpha(disc, 0));
    context.fillStyle = glow;
    context.fillRect(sun.x - reach, sun.y - reach, reach * 2, Math.min(reach * 2, horizon + 40 - sun.y + reach));
    if (overcast) return;
    context.fillStyle = disc;
    context.beginPath();
    context.arc(sun.x, sun.y, radius, 0, Math.PI * 2);
    context.fill();
    if (!stage.dark) return;
    context.fillStyle = alpha(palette.zenith, 0.12);
    context.beginPath();
    for (const [x, y, size] of [
      [-0.3, -0.2, 0.24],
      [0.25, 0.3, 0.18],
      [0.2, -0.4, 0.12],
    ] as const) {
      context.moveTo(sun.x + (x + size) * radius, sun.y + y * radius);
      context.arc(sun.x + x * radius, sun.y + y * radius, size * radius, 0, Math.PI * 2);
    }
    context.fill();
  };
  return {
    depth: 0,
    paint(context, { seconds }) {
      const gradient = context.createLinearGradient(0, -MARGIN * 0.3, 0, horizon);
      gradient.addColorStop(0, palette.zenith);
      gradient.addColorStop(0.55, mix(palette.zenith, palette.horizon, scene.time === 'dusk' ? 0.42 : 0.5));
      gradient.addColorStop(1, palette.horizon);
      context.fillStyle = gradient;
      context.fillRect(-MARGIN, -MARGIN, width + MARGIN * 2, horizon + MARGIN);
      context.fillStyle = palette.horizon;
      context.fillRect(-MARGIN, horizon - 1, width + MARGIN * 2, height + MARGIN - horizon);
      if (stage.dark) paintStars(context, stage, seconds, overcast ? 0.25 : 1);
      paintSun(context);
    },
  };
}

export function paintStars(context: Context, stage: Stage, seconds: number, strength: number): void {
  for (let star = 0; star < STARS; star++) {
    const x = hash(stage.seed, 11, star) * (stage.width + MARGIN) - MARGIN / 2;
    const y = hash(stage.seed, 12, star) ** 1.3 * stage.horizon - 20;
    const size = between(0.8, 2.2, hash(stage.seed, 13, star) ** 3);
    const twinkle = 0.65 + 0.35 * Math.sin(seconds * between(0.8, 2.6, hash(stage.seed, 14, star)) + star);
    context.fillStyle = alpha('#fdf6e3', strength * twinkle * (1 - (y / stage.horizon) * 0.7));
    context.fillRect(x - size / 2, y - size / 2, size, size);
  }
}
