import type { Tool } from '../../types/tool.ts';
import type { JobRequest } from '../../types/video.ts';
import { jobQuestion, MAKES_A_JOB, makeJob, VARIATION } from './makeJob.ts';
import type { Services } from './services.ts';
import { SOURCE, sourceOf } from './source.ts';
import { defineTool } from './tool.ts';

export const videoEditTool = (services: Services): Tool =>
  defineTool({
    name: 'video_edit',
    title: 'Edit a video',
    description:
      'Starts a job that changes one thing in a clip or a video file, such as an object, a colour or the background, and keeps ' +
      'the rest. The source stays. Costs money like a new clip. Returns the job id; go on with video_wait.',
    parameters: {
      type: 'object',
      properties: {
        video: SOURCE,
        prompt: {
          type: 'string',
          minLength: 1,
          maxLength: 32_000,
          description: 'What is to change, and what is to stay.',
        },
        variation: VARIATION,
      },
      required: ['video', 'prompt'],
      additionalProperties: false,
    },
    annotations: MAKES_A_JOB,
    handler: async ({ variation, ...args }, context) =>
      await makeJob(await requestOf(args, services), variation, services, context),
    question: async ({ variation, ...args }, context) =>
      await jobQuestion(await requestOf(args, services), variation, services, context),
  });

async function requestOf(
  { video, prompt }: { video: string; prompt: string },
  services: Services,
): Promise<JobRequest> {
  return { operation: 'edit', parameters: { video: await sourceOf(video, services), prompt } };
}
