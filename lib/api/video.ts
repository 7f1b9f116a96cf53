import path from 'node:path';
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
import { createLog, type Log } from '../log.ts';
import { slug } from '../slug.ts';
import type { Workspace } from '../workspace.ts';
import { isUnknownJob, withBill } from './bill.ts';
import { openUpload } from './body.ts';
import { type Clock, systemClock } from './clock.ts';
import { requireCompleted } from './completed.ts';
import type { ConnectionOptions } from './connections.ts';
import { contentSource } from './content.ts';
import { type DownloadedFile, type DownloadOptions, saveDownload } from './download.ts';
import { createHttp, type HttpResponse } from './http.ts';
import { createJobs } from './jobs.ts';
import { withModelEnd } from './modelEnd.ts';
import { isMissingRoute, notOffered } from './offers.ts';
import { everyPage } from './pages.ts';
import { parseCharacter, parseDeleted, parseVideoList } from './parse.ts';
import { path as route } from './path.ts';
import { probeServer, type ServerReport } from './probe.ts';
import { type OptionalOperation, type Profile, profileFor } from './profiles.ts';
import { createRequest, requirePrompt, requireSeconds, sourceRequest } from './request.ts';
import { createSender } from './send.ts';
import { type WaitOptions, type WaitResult, waitForVideos } from './wait.ts';

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
  /** Does deleting a running job stop it on this server? */
  readonly deleteStops: Profile['deleteStops'];
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
  const profile = profileFor(config.baseUrl, config.server ?? 'auto');
  const http = createHttp({ ...config, log, clock, refuses429BeforeJob: profile.refuses429BeforeJob });
  const sendJob = createSender(http, profile);
  const jobs = createJobs(http, sendJob, clock);

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
      try {
        return await jobs.make('/videos', wire, signal, notices);
      } catch (error) {
        throw await withModelEnd(error, wire.fields.model, http, signal);
      }
    },

    retrieve: async (id, options = {}) => (await jobs.poll(id, options)).video,

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
          if (isDeleted) jobs.forget(id);
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
      return await offered('remix', () => jobs.make(path, { fields: { prompt } }, signal), id);
    },

    edit: (parameters, { signal } = {}) =>
      offered(
        'edit',
        async () => jobs.make('/videos/edits', await sourceRequest(parameters, workspace), signal),
        sourceId(parameters),
      ),

    extend: (parameters, { signal } = {}) =>
      offered(
        'extend',
        async () => {
          requireSeconds(parameters.seconds);
          return await jobs.make('/videos/extensions', await sourceRequest(parameters, workspace), signal);
        },
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
        (id, signal) => jobs.poll(id, { signal, retry: false }),
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

    deleteStops: profile.deleteStops,

    probe: ({ signal } = {}) => probeServer(http, profile, signal),

    close: () => http.close(),
  };
  return api;
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
