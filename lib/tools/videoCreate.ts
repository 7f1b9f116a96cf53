import type { Clip } from '../../types/ledger.ts';
import type { Tool, ToolContext, ToolResult } from '../../types/tool.ts';
import type { FileInput, JobRequest } from '../../types/video.ts';
import { intend, send } from '../production/submit.ts';
import { clipView } from './clips.ts';
import { notMade } from './notMade.ts';
import type { Services } from './services.ts';
import { defineTool } from './tool.ts';
import { nextCall } from './view.ts';

/** What a clip is asked for with, wherever one is asked for. */
export const CLIP_PARAMETERS = {
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
  variation: {
    type: 'integer',
    minimum: 1,
    maximum: 1_000,
    description: 'Another take of the same request: 2, 3 and so on, each made and paid for once. 1 if left out.',
  },
} as const;

export const videoCreateTool = (services: Services): Tool =>
  defineTool({
    name: 'video_create',
    title: 'Create a video',
    description:
      'Starts one job that makes one clip from a prompt. Costs money on a paid server, so call it once per wanted clip, ' +
      'and never again because a job is slow. The same call again pays for nothing: it finds the same job. Returns the job id ' +
      'at once; go on with video_wait.',
    parameters: {
      type: 'object',
      properties: CLIP_PARAMETERS,
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
    async handler({ variation, ...args }, context) {
      await services.workspace.requireWritable();
      const wish = { request: createRequestOf(args), goal: 'job', ...(variation && { variation }) } as const;
      const intention = await intend(wish, services, context);
      if (!intention.isNew) return await foundAgain(intention.clip, services, context);
      const { clip, job, price } = intention;
      const { clip: sent, video } = await send(clip, job, price, services, context.signal);
      return {
        summary: [`Job ${video.id} was made and is ${video.status}.`, ...(video.notices ?? [])].join(' '),
        data: { jobs: [clipView(sent, video)], next_step: nextCall('video_wait', { ids: [video.id] }) },
      };
    },
  });

/** The same clip was wanted before: nothing was sent, and where it stands is told. */
async function foundAgain(clip: Clip, services: Services, { signal }: ToolContext): Promise<ToolResult> {
  const { key, jobId, published } = clip;
  const another = `Nothing was sent; another take is made with variation ${clip.variation + 1}.`;
  if (published !== undefined) {
    return {
      summary: `The same clip was made before and is published at ${published.url}. ${another}`,
      data: { jobs: [clipView(clip)], published: [published] },
    };
  }
  // Another take would only hide that a person has to decide.
  if (clip.state === 'unknown') throw notMade(clip);
  const api = await services.api();
  const video =
    jobId === undefined
      ? undefined
      : await api.retrieve(jobId, { signal }).catch((error) => {
          throw clip.state === 'gone' ? notMade(clip) : error;
        });
  const state = video === undefined ? `is ${clip.state}` : `is made by job ${video.id}, which is ${video.status}`;
  return {
    summary: `The same clip was wanted before (${key}) and ${state}. ${another}`,
    data: { jobs: [clipView(clip, video)], next_step: nextCall('video_wait', { ids: [jobId ?? key] }) },
  };
}

interface CreateArguments {
  prompt: string;
  seconds?: number;
  size?: string;
  model?: string;
  input_reference?: string;
  fit?: 'cover' | 'contain' | 'stretch' | 'none';
}

export function createRequestOf({ seconds, input_reference, ...rest }: CreateArguments): JobRequest {
  return {
    operation: 'create',
    parameters: {
      ...rest,
      ...(seconds !== undefined && { seconds: String(seconds) }),
      ...(input_reference !== undefined && { input_reference: referenceOf(input_reference) }),
    },
  };
}

function referenceOf(reference: string): FileInput {
  return /^(https?:\/\/|data:image\/)/i.test(reference) ? { url: reference } : { path: reference };
}
