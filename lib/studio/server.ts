import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import multipart from '@fastify/multipart';
import staticFiles from '@fastify/static';
import fastify from 'fastify';
import { createLog, type Log } from '../log.ts';
import { giveNotice, RequestError, sendError, videoResource } from './answers.ts';
import { registerCharacters } from './characters.ts';
import { createAnimaticEngine } from './engines/animatic/animatic.ts';
import type { BridgeOptions } from './engines/bridge/bridge.ts';
import type { Engine, RemoteEngine } from './engines/engine.ts';
import { openJobs } from './jobs.ts';
import { chooseModel } from './models.ts';
import { openapi } from './openapi.ts';
import type { Variant } from './renders.ts';
import { MAX_IMAGE_BYTES, type RequestReader, readCreateRequest } from './requests.ts';
import { registerRevisions } from './revisions.ts';
import type { Job } from './store.ts';

export { openapi } from './openapi.ts';

const POLL_AFTER_MS = 500;
/** A data URL of the largest image, and the other fields. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

export interface StudioOptions {
  /** The state folder; several studios may share it and then see the same jobs. */
  state: string;
  /** @default 0: any free port */
  port?: number;
  /** @default '127.0.0.1': this machine only */
  host?: string;
  /** Renders at once. @default the number of cores */
  concurrency?: number;
  /** @default the animatic engine */
  engine?: Engine;
  /**
   * What makes the clips of which model: from names in requests, such as `sora-2`, to `animatic` or `provider/model`.
   * @default every old name is drawn by animatic
   */
  models?: Readonly<Record<string, string>>;
  /** How the models of providers are reached, and how long they may take. */
  bridge?: BridgeOptions;
  /** Opens what makes the clips of a `provider/model`. @default the bridge to the AI SDK's providers */
  openRemote?(model: string): Promise<RemoteEngine>;
  /** Does the process stay alive for it? Not when embedded. @default true */
  holdsProcess?: boolean;
  log?: Log;
}

export interface Studio {
  /** To be used as `VIDEO_BASE_URL`; ends in `/v1`. */
  readonly baseUrl: string;
  /** Stops renders, which go on at the next start, and frees the port. */
  close(): Promise<void>;
}

/**
 * The embedded Videos API server. It renders previews, not generative video, needs no key and costs nothing.
 * @throws VideoToolsetError `storage_failed`; the system's error where the port is taken
 */
export async function startStudio(options: StudioOptions): Promise<Studio> {
  const { state, port = 0, host = '127.0.0.1', log = createLog(), engine = createAnimaticEngine() } = options;
  const folder = path.join(state, 'studio');
  const { models = {}, openRemote = bridgeTo(options.bridge) } = options;
  const jobs = await openJobs({
    folder,
    engine,
    openRemote,
    log,
    ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
  });
  const server = fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    genReqId: () => `req_${randomUUID().replaceAll('-', '')}`,
    routerOptions: { maxParamLength: 1_024 },
    // Addresses that no route and no hook ever sees.
    frameworkErrors: (error, request, reply) => {
      reply.header('x-request-id', request.id);
      const { status, message } = httpError(error);
      return sendError(reply, status, message);
    },
  });
  await server.register(multipart, {
    limits: { fileSize: MAX_IMAGE_BYTES, files: 1, fields: 20, fieldSize: MAX_BODY_BYTES },
  });
  await server.register(staticFiles, { root: path.join(folder, 'jobs'), serve: false, dotfiles: 'deny' });

  server.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    giveNotice(reply);
  });
  server.setErrorHandler((error, _request, reply) => {
    if (error instanceof RequestError) return sendError(reply, error.status, error.message, error.code, error.param);
    const { status, message } = httpError(error);
    if (status >= 500) log.debug('studio: a request failed', { error: String(error) });
    return sendError(reply, status, message);
  });
  server.setNotFoundHandler((request, reply) =>
    sendError(reply, 404, `Unknown request URL: ${request.method} ${request.url.split('?')[0]}.`, 'unknown_url'),
  );

  const find = async (id: string): Promise<Job> => {
    const job = await jobs.get(id);
    if (job === undefined)
      throw new RequestError(404, `Video with id '${id}' not found.`, { code: 'not_found', param: 'video_id' });
    return job;
  };

  server.get('/openapi.json', async () => openapi);
  registerRevisions(server, jobs, find);
  registerCharacters(server, jobs);

  const reader: RequestReader = {
    findCharacter: (id) => jobs.character(id),
    chooseModel: (name) => chooseModel(name, { own: engine.name, map: models, openRemote }),
  };

  server.post('/v1/videos', async (request, reply) => {
    const job = await jobs.create(await readCreateRequest(request, reader));
    giveNotice(reply, job);
    return videoResource(job);
  });

  server.get<{ Querystring: Record<string, unknown> }>('/v1/videos', async (request, reply) => {
    const query = listQuery(request.query);
    if (query.after !== undefined) await find(query.after);
    const { jobs: page, hasMore } = await jobs.list(query);
    giveNotice(reply, ...page);
    const data = page.map(videoResource);
    return { object: 'list', data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more: hasMore };
  });

  server.get<{ Params: { id: string } }>('/v1/videos/:id', async (request, reply) => {
    reply.header('openai-poll-after-ms', POLL_AFTER_MS);
    const job = await find(request.params.id);
    giveNotice(reply, job);
    return videoResource(job);
  });

  server.delete<{ Params: { id: string } }>('/v1/videos/:id', async (request) => {
    const { id } = await find(request.params.id);
    await jobs.remove(id);
    return { id, object: 'video.deleted', deleted: true };
  });

  server.get<{ Params: { id: string }; Querystring: { variant?: unknown } }>(
    '/v1/videos/:id/content',
    async (request, reply) => {
      const variant = variantOf(request.query.variant ?? 'video');
      const job = await find(request.params.id);
      giveNotice(reply, job);
      if (job.status !== 'completed') {
        const reason =
          job.status === 'failed'
            ? `failed: ${job.error?.message}`
            : `is ${job.status}: there is nothing to download yet`;
        throw new RequestError(400, `Video '${job.id}' ${reason}.`, {
          code: job.status === 'failed' ? 'video_failed' : 'video_not_ready',
        });
      }
      const { folder: root, name } = jobs.fileOf(job, variant);
      if (!existsSync(path.join(root, name))) {
        if (variant !== 'video' && job.engine.includes('/')) {
          throw new RequestError(404, `Video '${job.id}' has no ${variant}: it takes ffmpeg on the studio's machine.`, {
            code: 'variant_unavailable',
            param: 'variant',
          });
        }
        throw new RequestError(410, `The ${variant} of video '${job.id}' is no longer available: its file is gone.`, {
          code: 'content_gone',
          param: 'video_id',
        });
      }
      return reply.sendFile(name, root);
    },
  );

  // A client in this process keeps its connections open, and their other ends are here.
  if (options.holdsProcess === false) server.server.on('connection', (socket) => socket.unref());
  const address = await server.listen({ port, host }).catch(async (error) => {
    await jobs.close();
    throw error;
  });
  if (options.holdsProcess === false) server.server.unref();
  return {
    baseUrl: `${address}/v1`,
    async close() {
      await server.close();
      await jobs.close();
    },
  };
}

/** Loaded with the first clip that needs it. */
function bridgeTo(options?: BridgeOptions): (model: string) => Promise<RemoteEngine> {
  return async (model) => {
    const { createBridge } = await import('./engines/bridge/bridge.ts');
    return await createBridge(options)(model);
  };
}

function listQuery(query: Record<string, unknown>): { limit: number; order: 'asc' | 'desc'; after?: string } {
  const { limit = '20', order = 'desc', after } = query;
  if (typeof limit !== 'string' || !/^\d+$/.test(limit) || Number(limit) > 100) {
    throw new RequestError(400, "Invalid 'limit': expected a whole number from 0 to 100.", {
      param: 'limit',
      code: 'invalid_value',
    });
  }
  if (order !== 'asc' && order !== 'desc') {
    throw new RequestError(400, "Invalid 'order': supported values are 'asc' and 'desc'.", {
      param: 'order',
      code: 'invalid_value',
    });
  }
  return { limit: Number(limit), order, ...(typeof after === 'string' && { after }) };
}

function variantOf(value: unknown): Variant {
  if (value === 'video' || value === 'thumbnail' || value === 'spritesheet') return value;
  throw new RequestError(400, "Invalid 'variant': supported values are 'video', 'thumbnail' and 'spritesheet'.", {
    param: 'variant',
    code: 'invalid_value',
  });
}

function httpError(error: unknown): { status: number; message: string } {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500 && error instanceof Error) return { status, message: error.message };
  return { status: 500, message: 'The studio failed to handle this request.' };
}
