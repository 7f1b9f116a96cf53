import type { CreateParameters, FileInput, JobRequest } from '../../types/video.ts';

/** What a clip is asked for with, flat as models and storyboards name it. */
export interface CreateArguments {
  prompt: string;
  seconds?: number | string;
  size?: string;
  model?: string;
  /** A path in the workspace, or an address. */
  input_reference?: string;
  fit?: CreateParameters['fit'];
  characters?: readonly string[];
}

export function createRequestOf({
  prompt,
  seconds,
  size,
  model,
  input_reference,
  fit,
  characters = [],
}: CreateArguments): JobRequest {
  return {
    operation: 'create',
    parameters: {
      prompt,
      ...(seconds !== undefined && { seconds: String(seconds) }),
      ...(size !== undefined && { size }),
      ...(model !== undefined && { model }),
      ...(input_reference !== undefined && { input_reference: referenceOf(input_reference) }),
      ...(fit !== undefined && { fit }),
      ...(characters.length > 0 && { extra: { characters: characters.map((id) => ({ id })) } }),
    },
  };
}

/** An address is handed on; everything else is a file. */
export function isAddress(reference: string): boolean {
  return /^(https?:\/\/|data:image\/)/i.test(reference);
}

function referenceOf(reference: string): FileInput {
  return isAddress(reference) ? { url: reference } : { path: reference };
}
