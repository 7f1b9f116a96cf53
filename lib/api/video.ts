import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Dispatcher } from 'undici';
import type { Config, ServerName } from '../../types/config.ts';
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
import { baseUrlOf } from '../config/values.ts';
import { ApiError, VideoToolsetError } from '../errors.ts';
import { createLog, type Log } from '../log.ts';
import { slug } from '../slug.ts';
import type { Workspace } from '../workspace.ts';
import { openUpload, type WireRequest } from './body.ts';
import { type Clock, systemClock } from './clock.ts';
import { contentSource } from './content.ts';
import { type DownloadedFile, type DownloadOptions, saveDownload } from './download.ts';
import { addressesOf, inlineBytesOf } from './elsewhere.ts';
import { createHttp, type HttpResponse } from './http.ts';
import { forgotten, isFailedVideo, isMissingRoute, notOffered } from './offers.ts';
import { everyPage } from './pages.ts';
import { isFinal, isRecord, parseCharacter, parseDeleted, parseVideo, parseVideoList } from './parse.ts';
import { path as route } from './path.ts';
import { probeServer, type ServerReport } from './probe.ts';
import { type OptionalOperation, profileFor } from './profiles.ts';
import { isModeration } from './refusal.ts';
import { createRequest, requirePrompt, sourceRequest } from './request.ts';
import { announcement } from './retirement.ts';
import { retryAfterMs } from './retry.ts';
import { createSender } from './send.ts';
import { type Poll, type WaitOptions, type WaitResult, waitForVideos } from './wait.ts';

/** How long a job that was just made may be unknown to its server. */
const GRACE_MS = 30_000;

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
  /** What the server can do, found out without making a job. */
  probe(options?: CallOptions): Promise<ServerReport>;
  close(): Promise<void>;
}

export type VideoApiConfig = Pick<
  Config,
  'apiKey' | 'model' | 'headers' | 'query' | 'requestTimeoutMs' | 'pollIntervalMs' | 'waitLimitMs' | 'state'
> & {
  /** With or without `/v1`. */
  baseUrl: string;
  workspace: Workspace;
  /** @default 'auto' */
  server?: ServerName;
  log?: Log;
  clock?: Clock;
  /** Fetches addresses that a server names even from private networks. @default false */
  allowPrivateAddresses?: boolean;
  /** In place of our own connections: a proxy, a certificate authority, a pool. An undici dispatcher. */
  dispatcher?: Dispatcher;
};

/**
 * A client for one server. Parameters and results carry the wire's names.
 * @throws VideoToolsetError `invalid_configuration` for a base URL that is none
 */
export function createVideoApi(options: VideoApiConfig): VideoApi {
  const config = { ...options, baseUrl: baseUrlOf(options.baseUrl) ?? options.baseUrl };
  const { workspace, log = createLog(), clock = systemClock } = config;
  const profile = profileFor(config.baseUrl, config.server ?? 'auto');
  const http = createHttp({ ...config, log, clock, refuses429BeforeJob: profile.refuses429BeforeJob });
  const sendJob = createSender(http, profile);
  const made = new Map<string, { at: number; ended?: Video }>();

  const makeJob = async (
    path: string,
    wire: WireRequest,
    signal?: AbortSignal,
    notices: string[] = [],
  ): Promise<Video> => {
    const { data, headers } = await sendJob(path, wire, signal);
    const video = madeVideo(data);
    made.set(video.id, { at: clock.now(), ...(isFinal(video.status) && { ended: video }) });
    const announced = announcement(headers);
    const all = announced === undefined ? notices : [...notices, announced];
    return all.length > 0 ? { ...video, notices: all } : video;
  };

  const poll = async (id: string, options: CallOptions & { retry?: boolean } = {}): Promise<Poll> => {
    try {
      const request = { method: 'GET', path: route`/videos/${id}`, ...options, isAnswer: isFailedVideo } as const;
      const { data, headers } = await http.json(request);
      const pollAfterMs = retryAfterMs(headers);
      return { video: parseVideo(data ?? {}, id), ...(pollAfterMs !== undefined && { pollAfterMs }) };
    } catch (error) {
      const own = made.get(id);
      if (!(error instanceof ApiError) || own === undefined) throw error;
      // A server that makes a clip in one answer may know no jobs: what it said is all there is.
      if (own.ended !== undefined && [404, 405, 501].includes(error.status)) return { video: own.ended };
      if (error.status !== 404) throw error;
      // Several replicas behind one address: the one that is asked may not know of a job that was just made.
      if (clock.now() - own.at < GRACE_MS) return { video: { id, status: 'queued', raw: {} } };
      throw forgotten(id, error);
    }
  };

  const offered = async <T>(operation: OptionalOperation, call: () => Promise<T>, id?: string): Promise<T> => {
    if (profile.missing.includes(operation)) throw notOffered(operation, profile);
    try {
      return await call();
    } catch (error) {
      throw (await isMissingRoute(operation, error, id, api)) ? notOffered(operation, profile, error) : error;
    }
  };

  const api: VideoApi = {
    async create(parameters, { signal } = {}) {
      const { wire, notices } = await createRequest(
        { ...(config.model !== undefined && { model: config.model }), ...parameters },
        profile,
        workspace,
      );
      return await makeJob('/videos', wire, signal, notices);
    },

    retrieve: async (id, options = {}) => (await poll(id, options)).video,

    list: (parameters = {}, { signal } = {}) =>
      offered('list', async () =>
        parseVideoList(
          (await http.json({ method: 'GET', path: '/videos', query: listQuery(parameters), signal })).data,
        ),
      ),

    listAll: (parameters = {}, options = {}) => everyPage((query) => api.list(query, options), parameters),

    delete: (id, { signal } = {}) =>
      offered(
        'delete',
        async () => {
          const request = { method: 'DELETE', path: route`/videos/${id}`, signal } as const;
          const isDeleted = parseDeleted((await http.json(request)).data);
          if (isDeleted) made.delete(id);
          return isDeleted;
        },
        id,
      ),

    content: (id, { variant, signal } = {}) =>
      http.stream({
        method: 'GET',
        path: route`/videos/${id}/content`,
        ...(variant !== undefined && variant !== 'video' && { query: { variant } }),
        headers: { accept: 'video/*, image/*, */*' },
        signal,
      }),

    async remix(id, { prompt }, { signal } = {}) {
      const path = route`/videos/${id}/remix`;
      requirePrompt(prompt);
      return await offered('remix', () => makeJob(path, { fields: { prompt } }, signal), id);
    },

    edit: (parameters, { signal } = {}) =>
      offered(
        'edit',
        async () => makeJob('/videos/edits', await sourceRequest(parameters, workspace), signal),
        sourceId(parameters),
      ),

    extend: (parameters, { signal } = {}) =>
      offered(
        'extend',
        async () => makeJob('/videos/extensions', await sourceRequest(parameters, workspace), signal),
        sourceId(parameters),
      ),

    createCharacter: ({ video, name }, { signal } = {}) =>
      offered('characters', async () => {
        const wire = { fields: { name }, upload: await openUpload('video', video, workspace) };
        return parseCharacter((await sendJob('/videos/characters', wire, signal)).data);
      }),

    async retrieveCharacter(id, { signal } = {}) {
      const path = route`/videos/characters/${id}`;
      return await offered('characters', async () =>
        parseCharacter((await http.json({ method: 'GET', path, signal })).data),
      );
    },

    wait: (ids, { limitMs = config.waitLimitMs, pollIntervalMs = config.pollIntervalMs, ...options } = {}) =>
      waitForVideos(
        ids,
        (id, signal) => poll(id, { signal, retry: false }),
        { ...options, limitMs, pollIntervalMs },
        clock,
      ),

    async download(id, options = {}) {
      if (options.name !== undefined) await workspace.check(`${options.name}.mp4`, { overwrite: true });
      const video = await api.retrieve(id, { signal: options.signal }).catch((error) => {
        throw isUnknownJob(error) ? error : withBill(error, id);
      });
      requireCompleted(video);
      const variant = options.variant ?? 'video';
      const download = {
        video,
        source: contentSource(http, video, variant, clock),
        identity: JSON.stringify([config.baseUrl, id, variant]),
        partialFolder: path.join(config.state, 'partial'),
        name: options.name ?? defaultName(video, variant),
      };
      try {
        return await saveDownload(download, options, workspace, clock);
      } catch (error) {
        throw withBill(error, id);
      }
    },

    probe: ({ signal } = {}) => probeServer(http, profile, signal),

    close: () => http.close(),
  };
  return api;
}

/** A 2xx without a job id and without a clip: something was paid for, and nobody knows what. */
function madeVideo(data: unknown): Video {
  try {
    return parseVideo(isClip(data) ? { id: `clip_${randomUUID()}`, status: 'completed', ...data } : data);
  } catch (cause) {
    throw new VideoToolsetError('outcome_unknown', 'The server accepted the request, but its answer names no job.', {
      cause,
      submitted: 'unknown',
      next_step: 'The job may have been made: look for it with video_list before anything is created again.',
    });
  }
}

/** A clip made in one answer, without a word of a job: LocalAI's way, and that of servers that send the bytes. */
function isClip(data: unknown): data is Record<string, unknown> {
  return (
    isRecord(data) && Array.isArray(data.data) && (addressesOf(data).length > 0 || inlineBytesOf(data) !== undefined)
  );
}

function sourceId({ video }: EditParameters): string | undefined {
  return 'id' in video ? video.id : undefined;
}

function listQuery({ limit, order, after }: ListParameters): Record<string, string> {
  return {
    ...(limit !== undefined && { limit: String(limit) }),
    ...(order !== undefined && { order }),
    ...(after !== undefined && { after }),
  };
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
  const code = isModeration(video.error) ? 'moderation_blocked' : 'job_failed';
  throw new VideoToolsetError(code, `Job ${video.id} ended as ${video.status}: ${reason}`, {
    ...facts,
    billed: 'unknown',
    next_step: 'Change what the message names, then create a new clip.',
  });
}

/** Nothing is known to be paid for an id that no server knows, that is none, or that nobody could be asked about. */
function isUnknownJob(error: unknown): boolean {
  return (
    error instanceof VideoToolsetError &&
    ['not_found', 'invalid_argument', 'unauthorized', 'aborted', 'server_unreachable'].includes(error.code)
  );
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
