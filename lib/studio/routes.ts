import { existsSync } from 'node:fs';
import path from 'node:path';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { giveNotice, RequestError, videoResource } from './answers.ts';
import type { Job } from './job.ts';
import type { Jobs } from './jobs.ts';
import type { Variant } from './renders.ts';
import { MAX_IMAGE_BYTES, type RequestReader, readCreateRequest } from './requests.ts';
import { senderOf } from './sender.ts';
import { unixNow } from './store.ts';
import { openUploads } from './uploads.ts';

const POLL_AFTER_MS = 500;
/** The largest image as a data URL, and the other fields. */
const MAX_CREATE_BYTES = Math.ceil((MAX_IMAGE_BYTES * 4) / 3) + 1024 * 1024;

export interface RoutesOptions {
  jobs: Jobs;
  find(id: string): Promise<Job>;
  reader: RequestReader;
  callerOf(request: FastifyRequest): string;
  /** Where uploads lie until they belong to a job. */
  uploadFolder: string;
}

/** Making, listing, looking at, deleting and fetching clips. */
export function registerVideos(server: FastifyInstance, options: RoutesOptions): void {
  const { jobs, find, reader, callerOf, uploadFolder } = options;

  server.post('/v1/videos', { bodyLimit: MAX_CREATE_BYTES }, async (request, reply) => {
    const sender = senderOf(request, callerOf(request));
    await jobs.requireRoom(sender.caller);
    await using uploads = openUploads(uploadFolder);
    const job = await jobs.create(await readCreateRequest(request, reader, uploads), sender);
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
      requireThere(job);
      const { folder, name } = jobs.fileOf(job, variant);
      if (existsSync(path.join(folder, name))) return reply.sendFile(name, folder);
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
    },
  );
}

function requireThere({ id, status, error, expires_at }: Job): void {
  if (status === 'failed')
    throw new RequestError(400, `Video '${id}' failed: ${error?.message}.`, { code: 'video_failed' });
  if (status !== 'completed') {
    throw new RequestError(400, `Video '${id}' is ${status}: there is nothing to download yet.`, {
      code: 'video_not_ready',
    });
  }
  if (expires_at !== null && expires_at <= unixNow()) {
    const day = new Date(expires_at * 1_000).toISOString();
    throw new RequestError(410, `Video '${id}' expired at ${day}: its files were removed.`, {
      code: 'content_expired',
      param: 'video_id',
    });
  }
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
