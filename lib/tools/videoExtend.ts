import type { Tool } from '../../types/tool.ts';
import type { JobRequest } from '../../types/video.ts';
import { jobQuestion, MAKES_A_JOB, makeJob, VARIATION } from './makeJob.ts';
import type { Services } from './services.ts';
import { SOURCE, sourceOf } from './source.ts';
import { defineTool } from './tool.ts';

export const videoExtendTool = (services: Services): Tool =>
  defineTool({
    name: 'video_extend',
    title: 'Extend a video',
    description:
      'Starts a job that goes on where a clip ends and makes one longer clip of both. The source stays. Costs money for the added ' +
      'seconds. Returns the job id; go on with video_wait.',
    parameters: {
      type: 'object',
      properties: {
        video: SOURCE,
        prompt: { type: 'string', minLength: 1, maxLength: 32_000, description: 'What happens next.' },
        seconds: { type: 'integer', minimum: 1, maximum: 600, description: 'How much is added, usually 4, 8 or 12.' },
        variation: VARIATION,
      },
      required: ['video', 'prompt', 'seconds'],
      additionalProperties: false,
    },
    annotations: MAKES_A_JOB,
    handler: async ({ variation, ...args }, context) =>
      await makeJob(await requestOf(args, services), variation, services, context),
    question: async ({ variation, ...args }, context) =>
      await jobQuestion(await requestOf(args, services), variation, services, context),
  });

async function requestOf(
  { video, prompt, seconds }: { video: string; prompt: string; seconds: number },
  services: Services,
): Promise<JobRequest> {
  const parameters = { video: await sourceOf(video, services), prompt, seconds: String(seconds) };
  return { operation: 'extend', parameters };
}
