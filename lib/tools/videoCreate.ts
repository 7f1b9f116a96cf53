import type { Tool } from '../../types/tool.ts';
import { createRequestOf } from '../production/createRequest.ts';
import { jobQuestion, MAKES_A_JOB, makeJob, VARIATION } from './makeJob.ts';
import type { Services } from './services.ts';
import { defineTool } from './tool.ts';

/** What a clip is asked for with, wherever one is asked for. */
export const CLIP_PARAMETERS = {
  prompt: {
    type: 'string',
    minLength: 1,
    maxLength: 32_000,
    description: 'What is to be seen and heard: subject, action, place, one camera move, light, palette, sound.',
  },
  seconds: {
    type: 'integer',
    minimum: 1,
    maximum: 600,
    description: 'Usually 4, 8 or 12. Left out: the server decides.',
  },
  size: {
    type: 'string',
    pattern: '^[1-9]\\d{1,4}x[1-9]\\d{1,4}$',
    description: '1280x720 is landscape, 720x1280 portrait. Left out: the server decides.',
  },
  model: { type: 'string', minLength: 1, description: 'Only if the user names one.' },
  input_reference: {
    type: 'string',
    minLength: 1,
    description: 'First frame: path of an image in the workspace, or https address.',
  },
  fit: {
    type: 'string',
    enum: ['cover', 'contain', 'stretch', 'none'],
    description: 'For a first frame of another shape; cover (crops) if left out.',
  },
  characters: { type: 'array', items: { type: 'string' }, description: 'Ids of characters that the prompt names.' },
  variation: VARIATION,
} as const;

export const videoCreateTool = (services: Services): Tool =>
  defineTool({
    name: 'video_create',
    title: 'Create a video',
    description:
      'Starts one job that makes one clip from a prompt. Returns the job id at once; go on with video_wait. Costs money on a ' +
      'paid server: call it once per wanted clip, never again because a job is slow. The same call again finds the same job ' +
      'and pays for nothing.',
    parameters: {
      type: 'object',
      properties: CLIP_PARAMETERS,
      required: ['prompt'],
      additionalProperties: false,
    },
    annotations: MAKES_A_JOB,
    handler: ({ variation, ...args }, context) => makeJob(createRequestOf(args), variation, services, context),
    question: ({ variation, ...args }, context) => jobQuestion(createRequestOf(args), variation, services, context),
  });
