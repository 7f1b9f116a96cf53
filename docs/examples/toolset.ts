/**
 * A toolset of one tool, for an agent that lights scenes by the moon:
 *
 *     video-toolset agent --toolset docs/examples/toolset.ts "A fisherman's boat in the night of 24 November 2026"
 */
// In a module of your own: 'video-toolset'.
import { defineTool, VideoToolsetError } from '../../lib/index.ts';

const MONTH_DAYS = 29.530588;
const A_NEW_MOON = Date.UTC(2000, 0, 6, 18, 14);
const PHASES = [
  'new',
  'waxing crescent',
  'first quarter',
  'waxing gibbous',
  'full',
  'waning gibbous',
  'last quarter',
  'waning crescent',
];

const moonPhase = defineTool({
  name: 'moon_phase',
  title: 'Phase of the moon',
  description: 'Says how the moon stands on a day, and how much of it is lit. Returns at once and costs nothing.',
  parameters: {
    type: 'object',
    properties: {
      day: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: 'The day, such as 2026-11-24.' },
    },
    required: ['day'],
    additionalProperties: false,
  },
  annotations: {
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
    costsMoney: false,
  },
  async handler({ day }) {
    const noon = Date.parse(`${day}T12:00:00Z`);
    if (Number.isNaN(noon)) {
      throw new VideoToolsetError('invalid_argument', `moon_phase: ${day} is no day of the calendar.`, {
        next_step: 'Call moon_phase again with a day that exists.',
      });
    }
    const days = (noon - A_NEW_MOON) / 86_400_000;
    const share = (((days / MONTH_DAYS) % 1) + 1) % 1;
    const phase = PHASES[Math.round(share * PHASES.length) % PHASES.length] ?? 'new';
    const percent = Math.round(50 * (1 - Math.cos(2 * Math.PI * share)));
    return { summary: `On ${day} the moon is ${phase}, ${percent} % lit.`, data: { day, phase, percent } };
  },
});

export default [moonPhase];
