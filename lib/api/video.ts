import path from 'node:path';
import type { Config } from '../../types/config.ts';
import type {
  Character,
  CharacterParameters,
  CreateParameters,
  EditParameters,
  ExtendParameters,
  ListParameters,
  Video,
  VideoList,
} from '../../types/video.ts';
import { ApiError, VideoToolsetError } from '../errors.ts';
import { createLog, type Log } from '../log.ts';
import { slug } from '../slug.ts';
import type { Workspace } from '../workspace.ts';
import { characterBody, createBody, sourceBody } from './body.ts';
import { type DownloadedFile, type DownloadOptions, saveBody } from './download.ts';
import { createHttp, type HttpResponse, type JsonResponse } from './http.ts';
import { isFinal, parseCharacter, parseDeleted, parseVideo, parseVideoList } from './parse.ts';
import { path as route } from './path.ts';
import { type Clock, type Poll, type WaitOptions, type WaitResult, waitForVideos } from './wait.ts';

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/** The ten operations of the Videos API, and the two that every user of it needs: `wait` and `download`. */
export interface VideoApi {
  create(parameters: CreateParameters, options?: CallOptions): Promise<Video>;
  retrieve(id: string, options?: CallOptions): Promise<Video>;
  list(parameters?: ListParameters, options?: CallOptions): Promise<VideoList>;
  /** Every job, page by page. */
  listAll(parameters?: ListParameters, options?: CallOptions): AsyncGenerator<Video, void, undefined>;
  /** @returns false where the server says that it did not delete */
  delete(id: string, options?: CallOptions): Promise<boolean>;
  /** The bytes as a stream, to be consumed or destroyed by the caller. */
  content(id: string, options?: CallOptions & { variant?: string }): Promise<HttpResponse>;
  remix(id: string, parameters: { prompt: string }, options?: CallOptions): Promise<Video>;
  edit(parameters: EditParameters, options?: CallOptions): Promise<Video>;
  extend(parameters: ExtendParameters, options?: CallOptions): Promise<Video>;
  createCharacter(parameters: CharacterParameters, options?: CallOptions): Promise<Character>;
  retrieveCharacter(id: string, options?: CallOptions): Promise<Character>;
  /** Waits for the end of every job, within a limit; running out of time is a result. */
  wait(ids: readonly string[], options?: Partial<WaitOptions>): Promise<WaitResult>;
  /** Saves a finished job's bytes in the workspace, whole and checked. */
  download(id: string, options?: DownloadOptions): Promise<DownloadedFile>;
  close(): Promise<void>;
}

export type VideoApiConfig = Pick<
  Config,
  'apiKey' | 'model' | 'headers' | 'query' | 'requestTimeoutMs' | 'pollIntervalMs' | 'waitLimitMs' | 'state'
> & { baseUrl: string; workspace: Workspace; log?: Log; clock?: Clock };

/** A client for one server. Parameters and results carry the wire's names. */
export function createVideoApi(config: VideoApiConfig): VideoApi {
  const { workspace, log = createLog() } = config;
  const http = createHttp({ ...config, log });
  const withModel = <T extends { model?: string }>(parameters: T) => ({
    ...(config.model !== undefined && { model: config.model }),
    ...parameters,
  });
  const post = async (target: string, body: Parameters<typeof http.json>[0]['body'], signal?: AbortSignal) =>
    (await http.json({ method: 'POST', path: target, ...(body && { body }), signal, makesJob: true })).data;

  const poll = async (id: string, signal?: AbortSignal): Promise<Poll> => {
    const { data, headers } = await http.json({ method: 'GET', path: route`/videos/${id}`, signal });
    const pollAfterMs = pollHint(headers);
    return { video: parseVideo(data ?? {}, id), ...(pollAfterMs !== undefined && { pollAfterMs }) };
  };

  const api: VideoApi = {
    create: async (parameters, { signal } = {}) =>
      made(await post('/videos', await createBody(withModel(parameters), workspace), signal)),

    retrieve: async (id, { signal } = {}) => (await poll(id, signal)).video,

    list: async (parameters = {}, { signal } = {}) =>
      parseVideoList((await http.json({ method: 'GET', path: '/videos', query: listQuery(parameters), signal })).data),

    async *listAll(parameters = {}, options = {}) {
      const seen = new Set<string>();
      let after = parameters.after;
      while (true) {
        const page = await api.list({ ...parameters, ...(after !== undefined && { after }) }, options);
        yield* page.data;
        const isLast =
          page.has_more === false || (page.has_more === undefined && page.data.length < (parameters.limit ?? 20));
        if (isLast || page.last_id === undefined || seen.has(page.last_id)) return;
        seen.add(page.last_id);
        after = page.last_id;
      }
    },

    delete: async (id, { signal } = {}) =>
      parseDeleted((await http.json({ method: 'DELETE', path: route`/videos/${id}`, signal })).data),

    content: (id, { variant, signal } = {}) =>
      http.stream({
        method: 'GET',
        path: route`/videos/${id}/content`,
        ...(variant !== undefined && variant !== 'video' && { query: { variant } }),
        headers: { accept: 'video/*, image/*, */*' },
        signal,
      }),

    remix: async (id, parameters, { signal } = {}) =>
      made(await post(route`/videos/${id}/remix`, { json: parameters }, signal)),

    edit: async (parameters, { signal } = {}) =>
      made(await post('/videos/edits', await sourceBody(parameters, workspace), signal)),

    extend: async (parameters, { signal } = {}) =>
      made(await post('/videos/extensions', await sourceBody(parameters, workspace), signal)),

    createCharacter: async (parameters, { signal } = {}) =>
      parseCharacter(await post('/videos/characters', await characterBody(parameters, workspace), signal)),

    retrieveCharacter: async (id, { signal } = {}) =>
      parseCharacter((await http.json({ method: 'GET', path: route`/videos/characters/${id}`, signal })).data),

    wait: (ids, { limitMs = config.waitLimitMs, pollIntervalMs = config.pollIntervalMs, ...options } = {}) =>
      waitForVideos(ids, poll, { ...options, limitMs, pollIntervalMs }, config.clock),

    async download(id, options = {}) {
      if (options.name !== undefined) await workspace.check(`${options.name}.mp4`, { overwrite: true });
      const video = await api.retrieve(id, { signal: options.signal });
      requireCompleted(video);
      const name = options.name ?? defaultName(video, options.variant);
      const partialFolder = path.join(config.state, 'partial');
      try {
        return await saveBody(await api.content(id, options), { ...options, name, partialFolder }, workspace);
      } catch (error) {
        throw withBill(error, id);
      }
    },

    close: () => http.close(),
  };
  return api;
}

/** A 2xx without a job id: something was paid for, and nobody knows what. */
function made(data: unknown): Video {
  try {
    return parseVideo(data);
  } catch (cause) {
    throw new VideoToolsetError('outcome_unknown', 'The server accepted the request, but its answer names no job.', {
      cause,
      submitted: 'unknown',
      next_step: 'The job may have been made: look for it with video_list before anything is created again.',
    });
  }
}

function listQuery({ limit, order, after }: ListParameters): Record<string, string> {
  return {
    ...(limit !== undefined && { limit: String(limit) }),
    ...(order !== undefined && { order }),
    ...(after !== undefined && { after }),
  };
}

/** `openai-poll-after-ms`, as the official clients honour it. */
function pollHint(headers: JsonResponse['headers']): number | undefined {
  const hint = Number(headers['openai-poll-after-ms'] ?? Number.NaN);
  return Number.isFinite(hint) && hint > 0 ? hint : undefined;
}

/** `a-paper-boat-drifts-68f0c2.mp4`: told apart by the end of the id, found again by the prompt. */
function defaultName({ id, prompt }: Video, variant = 'video'): string {
  const ending = slug(id, { maxLength: 200 }).replaceAll('-', '');
  const base = prompt ? `${slug(prompt)}-${ending.slice(-8)}` : ending.slice(-80);
  return variant === 'video' ? base : `${base}-${slug(variant)}`;
}

function requireCompleted(video: Video): void {
  if (video.status === 'completed') return;
  const facts = { submitted: 'yes', billed: 'likely', job_id: video.id } as const;
  if (!isFinal(video.status)) {
    throw new VideoToolsetError(
      'not_ready',
      `Job ${video.id} is still ${video.status}: there is nothing to download yet.`,
      {
        ...facts,
        retryable: true,
        next_step: `Call video_wait with {"ids":["${video.id}"]} first.`,
      },
    );
  }
  if (video.status === 'expired') {
    throw new VideoToolsetError('expired', `The clip of job ${video.id} has expired on its server.`, {
      ...facts,
      next_step: 'It cannot be fetched any more; make it anew with video_create if it is still wanted.',
    });
  }
  const reason = video.error?.message ?? 'its server gave no reason';
  throw new VideoToolsetError('job_failed', `Job ${video.id} ended as ${video.status}: ${reason}`, {
    ...facts,
    billed: 'unknown',
    next_step: 'Change what the message names, then create a new clip.',
  });
}

function withBill(error: unknown, id: string): unknown {
  if (!(error instanceof VideoToolsetError)) return error;
  if (!(error instanceof ApiError)) {
    const facts = { ...error.facts, cause: error, submitted: 'yes', billed: 'likely', job_id: id } as const;
    return new VideoToolsetError(error.code, error.message, facts);
  }
  return new ApiError(error.code, error.message, error.status, error.detail, {
    ...error.facts,
    cause: error,
    submitted: 'yes',
    billed: 'likely',
    job_id: id,
    retryable: true,
    next_step: `The clip is still on its server: call video_download with {"id":"${id}"} again.`,
  });
}
