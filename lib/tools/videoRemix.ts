import type { Tool } from '../../types/tool.ts';
import type { JobRequest } from '../../types/video.ts';
import { jobIdOf } from './clips.ts';
import { jobQuestion, MAKES_A_JOB, makeJob, VARIATION } from './makeJob.ts';
import type { Services } from './services.ts';
import { defineTool } from './tool.ts';

export const videoRemixTool = (services: Services): Tool =>
  defineTool({
    name: 'video_remix',
    title: 'Remix a video',
    description:
      'Starts a job that makes a finished clip of this server anew, as long as it is, with one change, such as other light or ' +
      'weather. The source stays. Costs money like a new clip. Returns the job id; go on with video_wait.',
    parameters: {
      type: 'object',
      properties: {
        id: { type: 'string', minLength: 1, description: 'Job id or key (clip-…) of a finished clip.' },
        prompt: { type: 'string', minLength: 1, maxLength: 32_000, description: 'The change, in a sentence.' },
        variation: VARIATION,
      },
      required: ['id', 'prompt'],
      additionalProperties: false,
    },
    annotations: MAKES_A_JOB,
    handler: async ({ variation, ...args }, context) =>
      await makeJob(await requestOf(args, services), variation, services, context),
    question: async ({ variation, ...args }, context) =>
      await jobQuestion(await requestOf(args, services), variation, services, context),
  });

async function requestOf({ id, prompt }: { id: string; prompt: string }, services: Services): Promise<JobRequest> {
  return { operation: 'remix', parameters: { id: await jobIdOf(id, services), prompt } };
}
