import type { ClipRequest } from './clipRequest.ts';
import type { Call } from './conversation.ts';

export const STORYBOARD = 'storyboard_produce';
/** As the planner's prompt says. */
const LEAST_SHOTS = 5;

/** Many clips as one storyboard, of which all are published; undefined where they are few, or need more than that. */
export function storyboardCall(
  request: string,
  clips: readonly ClipRequest[],
  tools: readonly string[],
): Call | undefined {
  const isPlain = clips.every(({ publish, newCharacter, prompt }) => publish && !newCharacter && prompt !== '');
  if (clips.length < LEAST_SHOTS || !isPlain || !tools.includes(STORYBOARD)) return undefined;
  const shots = clips.map(({ prompt, seconds, size, picture, characters }) => ({
    prompt,
    ...(seconds !== undefined && { seconds }),
    ...(size !== undefined && { size }),
    ...(picture !== undefined && { input_reference: picture }),
    ...(characters !== undefined && { characters }),
  }));
  const title = request.replace(/\s+/g, ' ').trim().slice(0, 120);
  return { tool: STORYBOARD, input: { document: JSON.stringify({ title, output: { concatenate: false }, shots }) } };
}
