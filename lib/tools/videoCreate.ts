import type { Tool } from '../../types/tool.ts';
import type { FileInput } from '../../types/video.ts';
import type { Services } from './services.ts';
import { defineTool } from './tool.ts';
import { jobView, nextCall } from './view.ts';

export const videoCreateTool = (services: Services): Tool =>
  defineTool({
    name: 'video_create',
    title: 'Create a video',
    description:
      'Starts one job that makes one clip from a prompt. Costs money on a paid server, so call it once per wanted clip, ' +
      'and never again because a job is slow. Returns the job id at once; go on with video_wait.',
    parameters: {
      type: 'object',
      properties: {
        prompt: {
          type: 'string',
          minLength: 1,
          maxLength: 32_000,
          description: 'What is to be seen: subject, action, place, one camera move, light, palette, sound.',
        },
        seconds: {
          type: 'integer',
          minimum: 1,
          maximum: 600,
          description: 'Length in seconds, usually 4, 8 or 12; a server names what it takes. Left out: its default.',
        },
        size: {
          type: 'string',
          pattern: '^[1-9]\\d{1,4}x[1-9]\\d{1,4}$',
          description: 'WIDTHxHEIGHT in pixels: 1280x720 is landscape, 720x1280 portrait. Left out: its default.',
        },
        model: {
          type: 'string',
          minLength: 1,
          description: 'A model of the server. Leave out unless the user names one.',
        },
        input_reference: {
          type: 'string',
          minLength: 1,
          description: 'First frame: an image (PNG, JPEG, WebP) in the workspace by its path, or an https address.',
        },
        fit: {
          type: 'string',
          enum: ['cover', 'contain', 'stretch', 'none'],
          description: 'How a first frame of another shape is brought to size; cover, which crops, if left out.',
        },
      },
      required: ['prompt'],
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: true,
      costsMoney: true,
    },
    async handler({ prompt, seconds, size, model, input_reference, fit }, { signal }) {
      await services.workspace.requireWritable();
      const api = await services.api();
      const video = await api.create(
        {
          prompt,
          ...(seconds !== undefined && { seconds: String(seconds) }),
          ...(size !== undefined && { size }),
          ...(model !== undefined && { model }),
          ...(input_reference !== undefined && { input_reference: referenceOf(input_reference) }),
          ...(fit && { fit }),
        },
        { signal },
      );
      return {
        summary: [`Job ${video.id} was made and is ${video.status}.`, ...(video.notices ?? [])].join(' '),
        data: { jobs: [jobView(video)], next_step: nextCall('video_wait', { ids: [video.id] }) },
      };
    },
  });

function referenceOf(reference: string): FileInput {
  return /^(https?:\/\/|data:image\/)/i.test(reference) ? { url: reference } : { path: reference };
}
