import type { FastifyReply } from 'fastify';
import type { Job } from './job.ts';

export const NOTICE = 'A preview drawn from the prompt by the animatic engine, not generative video.';

/** An error in the envelope of the Videos API. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;
  /** After which the same request may be answered. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    message: string,
    { code = null, param = null, retryAfterSeconds }: RequestErrorFacts = {},
  ) {
    super(message);
    this.name = 'RequestError';
    this.status = status;
    this.code = code;
    this.param = param;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

interface RequestErrorFacts {
  code?: string | null;
  param?: string | null;
  retryAfterSeconds?: number;
}

export function sendError(
  reply: FastifyReply,
  status: number,
  message: string,
  code: string | null = null,
  param: string | null = null,
) {
  const type = status === 429 ? 'rate_limit_error' : status >= 500 ? 'server_error' : 'invalid_request_error';
  return reply.code(status).send({ error: { message, type, param, code } });
}

const NOTICE_HEADER = 'x-studio-notice';

/** What made a clip, in words: nobody is to take a preview for generative video, or the other way round. */
function noticeOf({ engine }: Pick<Job, 'engine'>): string {
  return engine.includes('/') ? `Made by ${engine}; the studio passed it on.` : NOTICE;
}

/** Says in the header what made the clips of an answer; without jobs, what the studio makes by itself. */
export function giveNotice(reply: FastifyReply, ...jobs: readonly Pick<Job, 'engine'>[]): void {
  const isRemote = jobs.some(({ engine }) => engine.includes('/'));
  if (reply.hasHeader(NOTICE_HEADER)) return;
  reply.header(NOTICE_HEADER, isRemote ? 'The answer says in `model` and `notice` what made a clip.' : NOTICE);
}

/** A job as `VideoResource` of the reference, plus what the studio says of itself. */
export function videoResource(job: Job) {
  return {
    id: job.id,
    object: 'video' as const,
    model: job.engine,
    status: job.status,
    progress: job.progress,
    created_at: job.created_at,
    completed_at: job.completed_at,
    expires_at: job.expires_at,
    prompt: job.prompt,
    size: job.size,
    seconds: job.seconds,
    remixed_from_video_id: job.operation === 'remix' ? job.source : null,
    error: job.error,
    source_video_id: job.source,
    seed: job.recipe.isSeedRandom && job.engine.includes('/') ? null : job.recipe.seed,
    notice: noticeOf(job),
    ...(job.requested_model !== null && { requested_model: job.requested_model }),
    ...(job.notes.length > 0 && { notes: job.notes }),
    // What was never asked for, or refused, costs nothing: whoever keeps accounts may give its price back.
    ...(job.status === 'failed' && job.engine.includes('/') && job.asked_at === null && { billed: false }),
    ...(job.usd !== null && { cost: { usd: job.usd } }),
  };
}
