import { wrong } from './values.ts';

/** The tools over the Videos API and the CDN, in the order a model needs them. */
const SINGLE = [
  'video_produce',
  'video_create',
  'video_wait',
  'video_retrieve',
  'video_list',
  'video_download',
  'video_remix',
  'video_edit',
  'video_extend',
  'video_delete',
  'video_character_create',
  'video_character_retrieve',
  'cdn_upload',
  'cdn_list',
  'cdn_delete',
] as const;

/** For many shots at once; they come on top of a preset, where they are wanted. */
const STORYBOARD = ['storyboard_produce', 'storyboard_status'] as const;

/** Every tool there is, in the order a model needs them. */
export const TOOL_NAMES = [...SINGLE, ...STORYBOARD] as const;

export type ToolName = (typeof TOOL_NAMES)[number];

/** Sets of tools for the usual needs. */
export const PRESETS = {
  /** From a wish to its address with as few tools as possible. */
  produce: ['video_produce', 'video_wait', 'video_retrieve', 'video_list'],
  /** Step by step. */
  chain: ['video_create', 'video_wait', 'video_retrieve', 'video_list', 'video_download', 'cdn_upload'],
  /** Spends, writes and deletes nothing. */
  readonly: ['video_retrieve', 'video_list', 'video_wait', 'video_character_retrieve', 'cdn_list'],
  /** Every tool for single clips. */
  all: SINGLE,
  storyboard: STORYBOARD,
} as const satisfies Record<string, readonly ToolName[]>;

export type PresetName = keyof typeof PRESETS;

/**
 * The tools that are wanted, each once, in their usual order: a preset, or a list of names and presets, as a list or as one
 * text with commas.
 * @throws VideoToolsetError `invalid_configuration` for an unknown name, and for none at all
 */
export function toolsOf(value: unknown): ToolName[] {
  const entries = typeof value === 'string' ? value.split(',').map((entry) => entry.trim()) : value;
  if (!Array.isArray(entries) || entries.length === 0)
    throw wrong('tools', `it must be a preset or a list of tools; ${KNOWN}`);
  const wanted = new Set(entries.flatMap(namesOf));
  return TOOL_NAMES.filter((name) => wanted.has(name));
}

const KNOWN = `presets: ${Object.keys(PRESETS).join(', ')}; tools: ${TOOL_NAMES.join(', ')}`;

function namesOf(entry: unknown): readonly ToolName[] {
  if (isPreset(entry)) return PRESETS[entry];
  const name = TOOL_NAMES.find((known) => known === entry);
  if (name === undefined) throw wrong('tools', `there is no tool and no preset ${JSON.stringify(entry)}; ${KNOWN}`);
  return [name];
}

function isPreset(entry: unknown): entry is PresetName {
  return typeof entry === 'string' && Object.hasOwn(PRESETS, entry);
}
