import type {
  Experimental_VideoModelV4CallOptions as CallOptions,
  JSONValue,
  Experimental_VideoModelV4 as VideoModelV4,
} from '@ai-sdk/provider';
import type { Options } from '../../types/config.ts';
import type { Clip } from '../../types/ledger.ts';
import type { SavedFile, ToolContext } from '../../types/tool.ts';
import type { Video } from '../../types/video.ts';
import { VideoToolsetError } from '../errors.ts';
import { look } from '../production/look.ts';
import { begin, produce } from '../production/produce.ts';
import { stopped } from '../production/stopped.ts';
import { openRuntime } from '../runtime.ts';
import { notMade } from '../tools/notMade.ts';
import { callError } from './aiSdk/callError.ts';
import { holdClip, isMade } from './aiSdk/holdClip.ts';
import { identityOf } from './aiSdk/identity.ts';
import { keepImage } from './aiSdk/keepImage.ts';
import { PROVIDER, videoRequest } from './aiSdk/videoRequest.ts';

export interface VideoModelOptions extends Options {
  /** Asks a person before a clip that costs more than `approveAboveUsd`. @default nobody */
  approve?: NonNullable<ToolContext['approve']>;
  /** The largest clip that is handed over in memory, in bytes; a larger one stays in the workspace. @default 1 GiB */
  maxBytes?: number;
}

export type VideoModel = VideoModelV4 &
  Required<Pick<VideoModelV4, 'doGenerate' | 'doStart' | 'doStatus'>> & {
    /** Ends the embedded studio, whose jobs are kept and go on at the next start, and all connections. */
    close(): Promise<void>;
  };

/** A clip where it stands, and its job where the server was asked. */
type Seen = { clip: Clip; video?: Video };

/**
 * A video model of the AI SDK over any server of the Videos API. A call makes one clip of its own, through the ledger: it is
 * paid for once, within the budget, and lies in the workspace before it is handed over. The same call with the
 * `idempotency-key` of an earlier one finds that one's clip.
 * @throws VideoToolsetError `invalid_configuration` at once
 * @example experimental_generateVideo({ model: createVideoModel({ baseUrl, apiKey, model: 'sora-2' }), prompt })
 */
export function createVideoModel(options: VideoModelOptions = {}): VideoModel {
  const { approve, maxBytes = 1024 ** 3, ...settings } = options;
  const runtime = openRuntime(settings);
  const { config, workspace, server } = runtime;
  const modelId = config.model ?? 'default';

  const failed = (error: unknown, prompt?: string, operation?: JSONValue): Promise<Error> =>
    callError(error, { server, request: { prompt, model: modelId }, operation });

  const begun = async (call: CallOptions) => {
    const { headers, prompt, abortSignal } = call;
    try {
      await workspace.requireWritable();
      const { parameters, warnings } = await videoRequest(call, (image) =>
        keepImage(image, { workspace, state: config.state }),
      );
      const { session, variation } = identityOf(headers);
      const wish = { request: { operation: 'create', parameters }, goal: 'job', variation } as const;
      const context = { session, ...(approve && { approve }), ...(abortSignal && { signal: abortSignal }) };
      const { notices, ...seen } = await begin(wish, runtime, context);
      return { ...seen, warnings: [...warnings, ...notices.map((message) => ({ type: 'other', message }) as const)] };
    } catch (error) {
      throw await failed(error, prompt);
    }
  };

  const told = ({ clip, video }: Seen, file?: SavedFile) => ({
    providerMetadata: { [PROVIDER]: factsOf(clip, video, file) },
    response: { timestamp: new Date(), modelId: video?.model ?? modelId, headers: undefined },
  });

  const handedOver = async (seen: Seen, context: Pick<ToolContext, 'signal'>) => {
    const { file, data } = await holdClip(seen.clip, runtime, { maxBytes, ...context });
    return { videos: [{ type: 'binary', data, mediaType: file.content_type } as const], ...told(seen, file) };
  };

  return {
    ...{ specificationVersion: 'v4', provider: PROVIDER, modelId, maxVideosPerCall: 1 },

    async doGenerate(call) {
      const { prompt, abortSignal: signal } = call;
      const { clip, warnings } = await begun(call);
      const context = { limitMs: config.waitLimitMs, ...(signal && { signal }) };
      try {
        const outcome = await produce(clip.key, runtime, context, isMade);
        if (isMade(outcome.clip)) return { ...(await handedOver(outcome, context)), warnings };
        throw outcome.isSettled ? notMade(outcome.clip) : notFinished(outcome.clip, config.waitLimitMs);
      } catch (error) {
        throw await failed(error, prompt, { clip: clip.key });
      }
    },

    async doStart(call) {
      const { prompt, abortSignal } = call;
      const { warnings, ...seen } = await begun(call);
      const { key } = seen.clip;
      const operation = { clip: key };
      if (abortSignal?.aborted) throw await failed(await stopped(key, runtime, abortSignal.reason), prompt, operation);
      return { operation, warnings, ...told(seen) };
    },

    async doStatus({ operation, abortSignal: signal }) {
      const context = { ...(signal && { signal }) };
      try {
        const step = await look(keyOf(operation), runtime, context);
        if (isMade(step.clip)) return { status: 'completed', warnings: [], ...(await handedOver(step, context)) };
        if (!step.isSettled) return { status: 'pending', ...told(step) };
        return { status: 'error', error: (await failed(notMade(step.clip))).message, ...told(step) };
      } catch (error) {
        throw await failed(error, undefined, operation);
      }
    },

    close: () => runtime.close(),
  };
}

function keyOf(operation: JSONValue): string {
  const { clip }: Record<string, unknown> = Object(operation);
  if (typeof clip === 'string') return clip;
  throw new VideoToolsetError('invalid_argument', `${JSON.stringify(operation).slice(0, 200)} names no clip.`, {
    next_step: 'Give the operation that experimental_startVideo returned.',
  });
}

function factsOf({ key, state, jobId }: Clip, video: Video | undefined, file: SavedFile | undefined) {
  const { status, progress, seconds, size, expires_at } = video ?? {};
  const facts = { clip: key, job: jobId, state, status, progress, seconds, size, expires_at };
  const { path, bytes, sha256 } = file ?? {};
  return withoutUndefined({ ...facts, path, bytes, sha256 });
}

function withoutUndefined<T>(facts: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function notFinished({ key, state, jobId }: Clip, limitMs: number): VideoToolsetError {
  const job = jobId === undefined ? '' : ` (job ${jobId})`;
  return new VideoToolsetError(
    'not_ready',
    `The clip ${key}${job} is not finished after ${limitMs} ms: it is ${state}. It is not lost, and is not paid for again.`,
    {
      ...(jobId !== undefined && { job_id: jobId }),
      ...(jobId === undefined ? { submitted: 'unknown' } : { submitted: 'yes', billed: 'likely' }),
      retryable: true,
    },
  );
}
