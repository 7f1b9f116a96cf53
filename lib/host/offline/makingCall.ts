import type { ClipRequest } from './clipRequest.ts';
import type { Call } from './conversation.ts';

/** The call that makes a clip; where the tools at hand have none, why nothing is made. */
export function makingCall(clip: ClipRequest, tools: readonly string[]): Call | string {
  const { prompt, seconds, size, publish, picture, characters, variation } = clip;
  // Producing a clip publishes it.
  const tool = (publish ? ['video_produce', 'video_create'] : ['video_create']).find((name) => tools.includes(name));
  if (tool === undefined) {
    const how = publish ? '' : ' without publishing it';
    return `I was given no tool that makes a clip${how}: ${tools.join(', ') || 'none at all'}.`;
  }
  const input = {
    prompt,
    ...(seconds !== undefined && { seconds }),
    ...(size !== undefined && { size }),
    ...(picture !== undefined && { input_reference: picture }),
    ...(characters !== undefined && { characters }),
    ...(variation !== undefined && { variation }),
  };
  return { tool, input };
}
