import type { ToolResult } from '../../types/tool.ts';
import type { Character } from '../../types/video.ts';
import { VideoToolsetError } from '../errors.ts';

export function characterResult({ id, name, created_at }: Character): ToolResult {
  if (id === null) {
    return {
      summary: `The character ${JSON.stringify(name)} was made, but its server gave it no id: no clip can name it yet.`,
      data: { characters: [{ id, name }] },
    };
  }
  return {
    summary: `The character ${JSON.stringify(name)} has the id ${id}.`,
    data: {
      characters: [{ id, name, ...(created_at !== undefined && { created_at }) }],
      next_step: `Make a clip whose prompt says ${JSON.stringify(name)}, with ${JSON.stringify({ characters: [id] })}`,
    },
  };
}

/** What a failure means where no job, but a character was asked for. */
export function characterFailure(error: unknown): unknown {
  if (!(error instanceof VideoToolsetError)) return error;
  const { code, message, facts } = error;
  if (code === 'not_found') {
    const next_step =
      'Use an id that video_character_create returned; one that is lost means to make the character anew.';
    return new VideoToolsetError(code, message, { ...facts, cause: error, next_step });
  }
  if (code !== 'outcome_unknown') return error;
  return new VideoToolsetError(code, `${message} The character may have been made, but its id is lost.`, {
    cause: error,
    submitted: 'unknown',
    next_step: 'Make the same call again: at worst there are two such characters, and no clip was made.',
  });
}
