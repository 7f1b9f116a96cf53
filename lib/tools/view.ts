import type { JobView } from '../../types/tool.ts';
import type { Video } from '../../types/video.ts';

const SHOWN_PROMPT = 120;

/** What a model needs of a job, in the order it needs it. */
export function jobView(video: Video): JobView {
  const { id, status, progress, seconds, size, model, prompt, expires_at, error } = video;
  return {
    id,
    status,
    ...(progress !== undefined && { progress }),
    ...(seconds !== undefined && { seconds }),
    ...(size !== undefined && { size }),
    ...(model !== undefined && { model }),
    ...(prompt !== undefined && { prompt: shortened(prompt) }),
    ...(expires_at !== undefined && { expires_at }),
    ...(error !== undefined && { error }),
  };
}

/** The one form in which a next call is named, so that a model, or code, can make it. */
export function nextCall(tool: string, args: Record<string, unknown>): string {
  return `Call ${tool} with ${JSON.stringify(args)}`;
}

function shortened(prompt: string): string {
  const characters = Array.from(prompt.slice(0, 4 * SHOWN_PROMPT));
  return characters.length > SHOWN_PROMPT ? `${characters.slice(0, SHOWN_PROMPT).join('')}…` : prompt;
}
