import { readFile } from 'node:fs/promises';
import type { Tool } from '../../types/tool.ts';
import type { FileInput } from '../../types/video.ts';
import { VideoToolsetError } from '../errors.ts';
import { checkImage } from '../media/image.ts';
import type { Services } from './services.ts';
import { defineTool } from './tool.ts';
import { jobView, nextCall } from './view.ts';

const MAX_IMAGE_BYTES = 20 * 1024 * 1024;

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
    async handler({ prompt, seconds, size, model, input_reference }, { signal }) {
      const reference = input_reference === undefined ? undefined : await checkedReference(input_reference, services);
      const api = await services.api();
      const video = await api.create(
        {
          prompt,
          ...(seconds !== undefined && { seconds: String(seconds) }),
          ...(size !== undefined && { size }),
          ...(model !== undefined && { model }),
          ...(reference && { input_reference: reference }),
        },
        { signal },
      );
      return {
        summary: `Job ${video.id} was made and is ${video.status}.`,
        data: { jobs: [jobView(video)], next_step: nextCall('video_wait', { ids: [video.id] }) },
      };
    },
  });

async function checkedReference(reference: string, { workspace }: Services): Promise<FileInput> {
  if (/^(https?:\/\/|data:image\/)/i.test(reference)) return { url: reference };
  const file = await workspace.find(reference);
  if (file.bytes > MAX_IMAGE_BYTES) {
    throw new VideoToolsetError(
      'invalid_media',
      `${file.path} has ${file.bytes} bytes: a reference image may have 20 MiB. Nothing was sent.`,
    );
  }
  try {
    await checkImage(await readFile(file.absolute));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VideoToolsetError(
      'invalid_media',
      `${file.path} cannot be the first frame: ${reason} Nothing was sent.`,
      {
        cause,
        next_step: 'Name a whole PNG, JPEG or WebP image of the workspace, or leave input_reference out.',
      },
    );
  }
  return { path: file.path };
}
