import type { CastMember } from '../cast.ts';
import { alpha, brightness, darken, lighten, lit, mix } from '../colour.ts';
import { between, hash } from '../random.ts';
import type { Context, Layer, Moment, Stage } from '../stage.ts';
import type { Figure, Ink } from '../subjects/brush.ts';
import { coloursOf, createCharacterFigure } from '../subjects/character.ts';
import { FIGURES } from '../subjects/figures.ts';
import { drawUmbrella } from '../subjects/people.ts';
import { SUBJECTS } from '../subjectTraits.ts';

const WATER = ['sea', 'lake', 'river', 'gutter'];
const LIGHTS = { dawn: '#ffe6dc', day: '#ffffff', golden: '#ffe8c8', dusk: '#e6b8bd', night: '#9aa6d8' } as const;
/** Of the frame's height and width: how large the lead may be. */
const LEAD_HEIGHT = 0.33;
const LEAD_WIDTH = 0.6;

interface Actor {
  member: CastMember;
  /** Middle of the frame is 0, its edges are -0.5 and 0.5. */
  x: number;
  /** 0 is where the lead stands; above is negative, in heights of the frame. */
  y: number;
  size: number;
  key: number;
}

/** All subjects: each further one smaller and behind, the lead in front and in the middle. */
export function createActors(stage: Stage): Layer {
  const actors = placeActors(stage.scene.cast).map((actor) => ({
    actor,
    ink: inkOf(stage, actor),
    figure: figureOf(actor.member),
  }));
  return {
    depth: 1,
    paint(context, moment) {
      for (const { actor, ink, figure } of actors) paintActor(context, stage, actor, figure, ink, moment);
    },
  };
}

function figureOf({ subject, character }: CastMember): Figure {
  return character ? createCharacterFigure(character) : FIGURES[subject];
}

function placeActors(cast: readonly CastMember[]): Actor[] {
  const actors: Actor[] = [];
  for (const [order, member] of cast.entries()) {
    const air = SUBJECTS[member.subject].home === 'air';
    for (let copy = 0; copy < member.count; copy++) {
      const side = (order + copy) % 2 === 0 ? 1 : -1;
      const lead = order === 0 && copy === 0;
      const x = lead ? (cast.length > 1 ? -0.06 : 0) : side * (0.2 + 0.09 * order + 0.06 * copy);
      const lift = air ? -0.1 * copy - 0.04 * order : -0.03 * (order + copy);
      actors.push({
        member,
        x,
        y: lead ? 0 : lift,
        size: lead ? 1 : Math.max(0.4, 0.8 - 0.16 * copy - 0.1 * order),
        key: order * 10 + copy,
      });
    }
  }
  return actors.sort((a, b) => a.size - b.size);
}

function inkOf(stage: Stage, actor: Actor): Ink {
  const { palette, scene } = stage;
  const character = actor.member.character && coloursOf(actor.member.character);
  const lead = actor.key < 10;
  const colour =
    character?.body ?? (lead ? palette.accent : (actor.member.colour ?? SUBJECTS[actor.member.subject].colour));
  const tint =
    actor.key % 10 === 0
      ? colour
      : mix(colour, [palette.horizon, '#ffffff', '#2c3e66'][actor.key % 3] ?? '#ffffff', 0.28);
  const own = actor.member.subject === 'lantern' ? tint : mix(tint, lit(tint, LIGHTS[scene.time]), 0.8);
  // A subject as dark as the night, or as pale as the snow, would not be seen.
  const body = stage.dark && brightness(own) < 0.2 ? lighten(own, 0.24) : own;
  const haze = (1 - actor.size) * 0.3;
  const seen = (shade: string) => mix(shade, palette.horizon, haze);
  return {
    body: seen(body),
    light: seen(lighten(body, 0.24)),
    shade: seen(darken(body, 0.3)),
    dark: seen(mix('#23232e', palette.near, 0.2)),
    pale: seen(lit('#fbf6ea', LIGHTS[scene.time])),
    glow: character ? seen(lit(character.glow, LIGHTS[scene.time])) : '#ffd977',
  };
}

function paintActor(
  context: Context,
  stage: Stage,
  actor: Actor,
  figure: Figure,
  ink: Ink,
  { seconds, x }: Moment,
): void {
  const { scene, width, height } = stage;
  const { subject } = actor.member;
  const traits = SUBJECTS[subject];
  const air = traits.home === 'air' || scene.place === 'abstract';
  const wet = WATER.includes(scene.place) && !air && (traits.home === 'water' || subject === 'lighthouse');
  const usual = Math.min(height * LEAD_HEIGHT, 330) * figure.size;
  const tall = Math.min(usual, (width * LEAD_WIDTH) / figure.aspect) * actor.size;
  const beat = seconds * (0.7 + 0.4 * scene.pace) + actor.key * 1.7;
  const travel = traits.moves ? wander(stage, actor, seconds) : passBy(stage, x);
  const baseY = air ? height * (subject === 'rocket' ? 0.4 : 0.43) : stage.ground;
  const bob = air
    ? 12 * Math.sin(beat * 1.1)
    : wet && traits.moves
      ? 5 * Math.sin(beat * 1.6) * (1 + scene.weather.lightning)
      : 0;
  const left = width * (0.5 + actor.x) + travel.x;
  const top = baseY + actor.y * height + bob + (air ? travel.x * 0.05 : 0);
  const tilt =
    wet && traits.moves
      ? 0.045 * Math.sin(beat * 1.25) * (1 + scene.weather.lightning * 1.5)
      : air && subject !== 'rocket'
        ? 0.03 * Math.sin(beat * 0.8)
        : 0;
  const scale = tall / 100;
  const draw = (mirror: number) => {
    context.save();
    context.translate(left, top);
    context.rotate(tilt * mirror);
    context.scale(scale * travel.facing, scale * mirror);
    figure.draw(context, ink, { seconds: seconds + actor.key * 0.37, pace: scene.pace, dark: stage.dark });
    if (mirror === 1 && subject === 'person' && !actor.member.character && scene.weather.rain > 0)
      drawUmbrella(context, ink);
    context.restore();
  };
  if (wet) {
    context.save();
    context.globalAlpha = 0.2;
    context.beginPath();
    context.rect(left - tall * 3, top, tall * 6, tall * 0.55);
    context.clip();
    draw(-0.7);
    context.restore();
  } else if (!air) {
    context.fillStyle = alpha('#0b0d18', 0.26);
    context.beginPath();
    context.ellipse(left, top + 2, tall * figure.aspect * 0.46, tall * 0.045 + 3, 0, 0, Math.PI * 2);
    context.fill();
  }
  draw(1);
}

/** What travels is followed: it drifts about its place while the world passes. Before a still camera it crosses the frame. */
function wander(stage: Stage, actor: Actor, seconds: number): { x: number; facing: number } {
  const { scene, width, seed } = stage;
  const facing = scene.camera === 'panLeft' ? -1 : 1;
  if (scene.camera === 'still' && stage.scene.place !== 'interior') {
    const lane = width * 1.9;
    const start = lane * 0.32;
    const at = (start + seconds * 62 * scene.pace) % lane;
    return { x: at - lane / 2 + width * 0.1, facing };
  }
  const slow = between(0.14, 0.22, hash(seed, 41, actor.key));
  return { x: width * 0.045 * Math.sin(seconds * slow * Math.PI * 2 * 0.7 + actor.key * 2) * facing, facing };
}

/** What stands still goes by slower than its ground would, or a long clip would lose sight of it. */
function passBy(stage: Stage, x: number): { x: number; facing: number } {
  const reach = stage.width * 0.1;
  return { x: -reach * Math.tanh(x / 900), facing: 1 };
}
