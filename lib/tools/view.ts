import type { JobView } from '../../types/tool.ts';
import type { Video } from '../../types/video.ts';
import { withoutControls } from '../controls.ts';

const SHOWN_PROMPT = 120;
/** Of what a server names: a size, a model. */
const SHOWN_NAME = 100;

/** What a model needs of a job, in the order it needs it. */
export function jobView(video: Video): JobView {
  const { id, status, progress, seconds, size, model, prompt, expires_at, error } = video;
  return {
    id,
    status,
    ...(progress !== undefined && { progress }),
    ...(seconds !== undefined && { seconds: shortened(seconds, SHOWN_NAME) }),
    ...(size !== undefined && { size: shortened(size, SHOWN_NAME) }),
    ...(model !== undefined && { model: shortened(model, SHOWN_NAME) }),
    ...(prompt !== undefined && { prompt: shortened(prompt, SHOWN_PROMPT) }),
    ...(expires_at !== undefined && { expires_at }),
    ...(error !== undefined && { error }),
  };
}

/** The one form in which a next call is named, so that a model, or code, can make it. */
export function nextCall(tool: string, args: Record<string, unknown>): string {
  return `Call ${tool} with ${JSON.stringify(args)}`;
}

function shortened(text: string, most: number): string {
  const characters = Array.from(text.slice(0, 4 * most));
  return withoutControls(characters.length > most ? `${characters.slice(0, most).join('')}…` : text);
}
