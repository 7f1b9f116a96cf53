import path from 'node:path';
import type { Config, ServerName } from '../../types/config.ts';
import type {
  Character,
  CharacterParameters,
  CreateParameters,
  EditParameters,
  ExtendParameters,
  JobRequest,
  ListParameters,
  Video,
  VideoList,
} from '../../types/video.ts';
import { baseUrlOf } from '../config/values.ts';
import { createLog, type Log } from '../log.ts';
import { slug } from '../slug.ts';
import type { Workspace } from '../workspace.ts';
import { openAnswers } from './answers.ts';
import { isUnknownJob, withBill } from './bill.ts';
import { openUpload } from './body.ts';
import { type Clock, systemClock } from './clock.ts';
import { requireCompleted } from './completed.ts';
import type { ConnectionOptions } from './connections.ts';
import { contentSource } from './content.ts';
import { type DownloadedFile, type DownloadOptions, saveDownload } from './download.ts';
import { createHttp, type HttpResponse, type JsonResponse } from './http.ts';
import { createJobs } from './jobs.ts';
import { withModelEnd } from './modelEnd.ts';
import { isMissingRoute, notOffered } from './offers.ts';
import { everyPage } from './pages.ts';
import { parseCharacter, parseDeleted, parseVideoList } from './parse.ts';
import { requireId, path as route } from './path.ts';
import { type PreparedJob, prepareJob } from './prepare.ts';
import { probeServer, type ServerReport } from './probe.ts';
import { type OptionalOperation, type Profile, profileFor } from './profiles.ts';
import { createSender, type SendOptions } from './send.ts';
import { type WaitOptions, type WaitResult, waitForVideos } from './wait.ts';

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/** The ten operations of the Videos API, and the two that every user of it needs: `wait` and `download`. */
export interface VideoApi {
  /** A call that makes a job, checked and ready to go out. Nothing is sent. */
  prepare(request: JobRequest): Promise<PreparedJob>;
  /** Sends what was prepared, once: this makes a job. */
  make(job: PreparedJob, options?: SendOptions): Promise<Video>;
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
  /** What is known of this server's dialect. */
  readonly profile: Profile;
  close(): Promise<void>;
}

export type VideoApiConfig = Pick<
  Config,
  'apiKey' | 'model' | 'headers' | 'query' | 'pollIntervalMs' | 'waitLimitMs' | 'state'
> &
  ConnectionOptions & {
    /** With or without `/v1`. */
    baseUrl: string;
    workspace: Workspace;
    /** @default 'auto' */
    server?: ServerName;
    /** Under which partial downloads are found again. @default the base URL */
    serverName?: string;
    /** What the caller knows of a server of their own. */
    profile?: Partial<Profile>;
    log?: Log;
    clock?: Clock;
    /** Fetches addresses that a server names even from private networks. @default false */
    allowPrivateAddresses?: boolean;
  };

/**
 * A client for one server. Parameters and results carry the wire's names.
 * @throws VideoToolsetError `invalid_configuration` for a base URL that is none
 */
export function createVideoApi(options: VideoApiConfig): VideoApi {
  const config = { ...options, baseUrl: baseUrlOf(options.baseUrl) ?? options.baseUrl };
  const { workspace, log = createLog(), clock = systemClock } = config;
  const profile = { ...profileFor(config.baseUrl, config.server ?? 'auto'), ...config.profile };
  const http = createHttp({ ...config, log, clock, refuses429BeforeJob: profile.refuses429BeforeJob });
  const sendJob = createSender(http, profile);
  const { serverName = config.baseUrl } = config;
  const answers = openAnswers(path.join(config.state, 'answers'), serverName);
  const jobs = createJobs(http, sendJob, answers, clock);

  const offered = async <T>(operation: OptionalOperation, call: () => Promise<T>, id?: string): Promise<T> => {
    if (profile.missing.includes(operation)) throw notOffered(operation, profile);
    try {
      return await call();
    } catch (error) {
      throw (await isMissingRoute(operation, error, id, api)) ? notOffered(operation, profile, error) : error;
    }
  };

  const made = async (request: JobRequest, options?: CallOptions) => api.make(await api.prepare(request), options);

  const api: VideoApi = {
    prepare: (request) => prepareJob(withModel(request, config.model), profile, workspace),

    async make(job, options = {}) {
      const { operation, wire, sourceId } = job;
      if (operation !== 'create') return await offered(operation, () => jobs.make(job, options), sourceId);
      try {
        return await jobs.make(job, options);
      } catch (error) {
        throw await withModelEnd(error, wire.fields.model, http, options.signal);
      }
    },

    create: (parameters, options) => made({ operation: 'create', parameters }, options),
    remix: (id, { prompt }, options) => made({ operation: 'remix', parameters: { id, prompt } }, options),
    edit: (parameters, options) => made({ operation: 'edit', parameters }, options),
    extend: (parameters, options) => made({ operation: 'extend', parameters }, options),

    retrieve: async (id, options = {}) => (await jobs.poll(id, options)).video,

    list: (parameters = {}, { signal } = {}) =>
      offered('list', async () =>
        videoListOf(await http.json({ method: 'GET', path: '/videos', query: listQuery(parameters), signal })),
      ),

    listAll: (parameters = {}, options = {}) => everyPage((query) => api.list(query, options), parameters),

    delete: (id, { signal } = {}) =>
      offered(
        'delete',
        async () => {
          const request = { method: 'DELETE', path: route`/videos/${id}`, signal } as const;
          const isDeleted = parseDeleted((await http.json(request)).data);
          if (isDeleted) await jobs.forget(id);
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

    createCharacter: ({ video, name }, { signal } = {}) =>
      offered('characters', async () => {
        const wire = { fields: { name }, upload: await openUpload('video', video, workspace) };
        return parseCharacter((await sendJob('/videos/characters', wire, { signal })).data);
      }),

    async retrieveCharacter(id, { signal } = {}) {
      const path = route`/videos/characters/${id}`;
      return await offered('characters', async () =>
        parseCharacter((await http.json({ method: 'GET', path, signal })).data),
      );
    },

    async wait(ids, { limitMs = config.waitLimitMs, pollIntervalMs = config.pollIntervalMs, ...options } = {}) {
      // One that is wrong is told before any other is asked for.
      for (const id of ids) requireId(id);
      const poll = (id: string, signal?: AbortSignal) => jobs.poll(id, { signal, retry: false });
      return await waitForVideos(ids, poll, { ...options, limitMs, pollIntervalMs }, clock);
    },

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
        identity: JSON.stringify([serverName, id, variant]),
        partialFolder: path.join(config.state, 'partial'),
        name: options.name ?? defaultName(video, variant),
      };
      try {
        return await saveDownload(download, options, workspace, clock);
      } catch (error) {
        throw withBill(error, id);
      }
    },

    profile,

    probe: ({ signal } = {}) => probeServer(http, profile, signal),

    close: () => http.close(),
  };
  return api;
}

function videoListOf({ data, headers }: JsonResponse): VideoList {
  const date = Date.parse(String(headers.date));
  return { ...parseVideoList(data), ...(!Number.isNaN(date) && { date }) };
}

function withModel(request: JobRequest, model: string | undefined): JobRequest {
  if (request.operation !== 'create' || model === undefined) return request;
  return { ...request, parameters: { model, ...request.parameters } };
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
