import type { Tool, ToolContext, ToolResult } from '../../types/tool.ts';
import { VideoToolsetError } from '../errors.ts';
import { noSuchClip } from '../production/advance.ts';
import { type CreateArguments, createRequestOf } from '../production/createRequest.ts';
import { type Outcome, produce, produceWish } from '../production/produce.ts';
import { questionBefore, type Wish } from '../production/submit.ts';
import { clipOf, clipView } from './clips.ts';
import { notMade } from './notMade.ts';
import type { Services } from './services.ts';
import { defineTool } from './tool.ts';
import { CLIP_PARAMETERS } from './videoCreate.ts';
import { nextCall } from './view.ts';

export const videoProduceTool = (services: Services): Tool =>
  defineTool({
    name: 'video_produce',
    title: 'Produce a video',
    description:
      'Makes one clip and publishes it in one call: create, wait, download, publish. Returns its public address. Costs money on ' +
      'a paid server, once per wanted clip: the same call again goes on with the same clip and pays for nothing. Where time runs ' +
      'out, it returns the key to go on with. Not to look at jobs or wait for others.',
    parameters: {
      type: 'object',
      properties: {
        ...CLIP_PARAMETERS,
        key: {
          type: 'string',
          minLength: 1,
          description: 'Of a clip to go on with (clip-…); needs nothing else.',
        },
        max_seconds: {
          type: 'integer',
          minimum: 1,
          maximum: 3_600,
          description: 'Return by then. Left out: as long as this host allows.',
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
      if (key !== undefined) return await goOn({ key, prompt }, services, { ...context, limitMs });
      if (prompt === undefined) throw nothingWanted();
      const wish = wishOf({ prompt, ...rest }, variation);
      const { isNew, ...outcome } = await produceWish(wish, services, { ...context, limitMs }).catch((error) => {
        throw goesOnHere(error);
      });
      return resultOf(outcome, isNew);
    },
    async question({ key, max_seconds: _limit, variation, prompt, ...rest }, context) {
      // What is gone on with was asked about when it was noted down.
      if (key !== undefined || prompt === undefined) return undefined;
      return await questionBefore(wishOf({ prompt, ...rest }, variation), services, context);
    },
  });

function wishOf(args: CreateArguments, variation: number | undefined): Wish {
  return { request: createRequestOf(args), goal: 'published', ...(variation && { variation }) };
}

async function goOn(
  { key, prompt }: { key: string; prompt: string | undefined },
  services: Services,
  context: ToolContext & { limitMs: number },
): Promise<ToolResult> {
  const ledger = await services.ledger();
  const clip = await clipOf(key, services);
  if (clip === undefined) throw noSuchClip(key);
  if (prompt !== undefined && prompt !== clip.request.parameters.prompt) throw anotherWish(clip.key);
  await ledger.want(clip, 'published');
  const outcome = await produce(clip.key, services, context).catch((error) => {
    throw goesOnHere(error);
  });
  return resultOf(outcome, true);
}

/** A failed download is made good by this very call, and the model may have no tool for the single step. */
function goesOnHere(error: unknown): unknown {
  if (!(error instanceof VideoToolsetError) || !error.facts.next_step?.includes('video_download')) return error;
  const next_step = 'Make the same call again: it goes on with the same clip, and pays for nothing.';
  return new VideoToolsetError(error.code, error.message, { ...error.facts, cause: error, next_step });
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

function anotherWish(key: string): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', `The clip ${key} has another prompt: nothing was sent.`, {
    next_step: `For a new clip leave out key; to go on with this one: ${nextCall('video_produce', { key })}`,
  });
}

function nothingWanted(): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', 'video_produce: prompt is missing. Nothing was sent.', {
    next_step: 'Call it again with a prompt, or with the key of a clip to go on with.',
  });
}
