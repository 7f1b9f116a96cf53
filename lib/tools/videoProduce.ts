import type { Tool, ToolContext, ToolResult } from '../../types/tool.ts';
import { VideoToolsetError } from '../errors.ts';
import { noSuchClip } from '../production/advance.ts';
import { type Outcome, produce, produceWish } from '../production/produce.ts';
import { clipView } from './clips.ts';
import { notMade } from './notMade.ts';
import type { Services } from './services.ts';
import { defineTool } from './tool.ts';
import { CLIP_PARAMETERS, createRequestOf } from './videoCreate.ts';
import { nextCall } from './view.ts';

export const videoProduceTool = (services: Services): Tool =>
  defineTool({
    name: 'video_produce',
    title: 'Produce a video',
    description:
      'Makes one clip and publishes it, in one call: create, wait, download, publish. Costs money on a paid server, once for ' +
      'each wanted clip: the same call again goes on with the same clip. When time runs out it returns where the clip stands; ' +
      'go on with its key. Returns the public address.',
    parameters: {
      type: 'object',
      properties: {
        ...CLIP_PARAMETERS,
        key: {
          type: 'string',
          minLength: 1,
          description: 'Goes on with this clip (clip-…), as an earlier call returned it; then nothing else is needed.',
        },
        max_seconds: {
          type: 'integer',
          minimum: 1,
          maximum: 3_600,
          description: 'Return after this time at the latest. Left out: the limit of this host.',
        },
      },
      required: [],
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: false,
      openWorldHint: true,
      costsMoney: true,
    },
    async handler({ key, max_seconds, variation, prompt, ...rest }, context) {
      const limitMs = Math.min(
        context.waitLimitMs ?? services.config.waitLimitMs,
        (max_seconds ?? Number.POSITIVE_INFINITY) * 1_000,
      );
      await services.workspace.requireWritable();
      if (key !== undefined) return await goOn(key, services, { ...context, limitMs });
      if (prompt === undefined) throw nothingWanted();
      const request = createRequestOf({ prompt, ...rest });
      const wish = { request, goal: 'published', ...(variation && { variation }) } as const;
      const { isNew, ...outcome } = await produceWish(wish, services, { ...context, limitMs });
      return resultOf(outcome, isNew);
    },
  });

async function goOn(key: string, services: Services, context: ToolContext & { limitMs: number }): Promise<ToolResult> {
  const ledger = await services.ledger();
  const clip = await ledger.get(key);
  if (clip === undefined) throw noSuchClip(key);
  await ledger.want(clip, 'published');
  return resultOf(await produce(key, services, context), true);
}

/** @throws VideoToolsetError where the clip failed, or a person has to decide */
export function resultOf({ clip, video, isSettled, file, published }: Outcome, isNew: boolean): ToolResult {
  const { key, jobId, state, variation } = clip;
  const view = { jobs: [clipView(clip, video)], ...(file && { files: [file] }) };
  if (published !== undefined) {
    const again = isNew ? '' : `. It had been wanted before; another take is made with variation ${variation + 1}.`;
    return { summary: `Published at ${published.url}${again}`, data: { published: [published], ...view } };
  }
  if (isSettled) throw notMade(clip);
  const job = jobId === undefined ? '' : ` (job ${jobId})`;
  return {
    summary: `The clip ${key}${job} is not finished yet: it is ${state}. It is not lost, and is not paid for again.`,
    data: { ...view, next_step: nextCall('video_produce', { key }) },
  };
}

function nothingWanted(): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', 'video_produce: prompt is missing. Nothing was sent.', {
    next_step: 'Call it again with a prompt, or with the key of a clip to go on with.',
  });
}
