import type { Dispatcher } from 'undici';
import type { ErrorCode } from '../../types/error.ts';
import { quoted } from '../controls.ts';
import { ApiError, type ErrorFacts, VideoToolsetError } from '../errors.ts';
import type { HttpRequest } from './http.ts';
import { parseErrorBody } from './parse.ts';
import { retirement } from './retirement.ts';
import { retryAfterMs } from './retry.ts';

/** The words of frameworks and web servers, and not a server's for what was asked for. */
const UNKNOWN_ADDRESS =
  /^(404\W*)?(page )?not found(\W*404.*)?\.?$|\bcannot post \/|unknown request url|invalid url|no route/i;

/** What is longer, or has blanks, is no id to be shown. */
const REQUEST_ID = /^[!-~]{1,100}$/;

export interface RefusalContext {
  host: string;
  /** Does this server's 429 to a create always come before a job is made? */
  refuses429BeforeJob: boolean;
}

/** An HTTP answer that is not a success, as the project's own error. */
export function refusalOf(
  request: HttpRequest,
  { statusCode: status, headers }: Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>,
  body: unknown,
  context: RefusalContext,
): VideoToolsetError {
  const { message, ...detail } = parseErrorBody(body);
  const said = message === undefined ? '' : `: ${quoted(message)}`;
  const requestId = [headers['x-request-id']].flat().find((id) => id !== undefined && REQUEST_ID.test(id));
  const id = requestId === undefined ? '' : ` (request ${requestId})`;
  const call = `${request.method} ${request.path} was answered with HTTP ${status}${said}${id}`;
  const retired = retirement(context.host, status, headers, `${detail.code ?? ''} ${message ?? ''}`);
  if (retired !== undefined)
    return new VideoToolsetError('retired', `${retired.message} (${call})`, { next_step: retired.next_step });
  const error = { ...detail, ...(message !== undefined && { message }) };
  const facts = factsOf(status, error, request, context);
  const pause = retryAfterMs(headers);
  return new ApiError(
    facts.submitted === 'unknown' ? 'outcome_unknown' : codeOfStatus(status, error),
    call,
    status,
    { ...detail, ...(requestId !== undefined && { request_id: requestId }) },
    { ...facts, ...(pause !== undefined && { retryAfterMs: pause }) },
  );
}

/** Was the content refused, so that the same prompt fails again? Where there is no code, the words tell. */
export function isModeration(error: { code?: string | null; message?: string } | undefined): boolean {
  if (error?.code) return /moderation|policy|content_filter|sentinel_block/i.test(error.code);
  return /\bmoderation\b|content policy|safety (system|policy)/i.test(error?.message ?? '');
}

interface SaidError {
  code?: string;
  message?: string;
}

/** Is it the model that the server does not have, and not the job? */
export function isAboutTheModel({ code, message }: SaidError): boolean {
  return (
    /model_not_found|model_mismatch/i.test(code ?? '') ||
    /\bmodel\b.{0,120}(not found|not exist|mismatch|unknown|unsupported)|(unknown|unsupported|mismatch).{0,20}\bmodel\b/is.test(
      message ?? '',
    )
  );
}

function codeOfStatus(status: number, error: SaidError): ErrorCode {
  if (status < 500 && isModeration(error)) return 'moderation_blocked';
  if ((status === 404 || status === 400) && isAboutTheModel(error)) return 'bad_request';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 404) return 'not_found';
  if (status === 410) return 'expired';
  if (status === 405 || status === 501) return 'unsupported';
  if (status === 429) return 'rate_limited';
  if (status === 408 || status === 425 || status >= 500) return 'server_error';
  return status < 400 ? 'invalid_response' : 'bad_request';
}

function factsOf(
  status: number,
  error: SaidError,
  { method, path, makesJob = false }: HttpRequest,
  { refuses429BeforeJob }: RefusalContext,
): ErrorFacts {
  const isBusy = status === 409 && !makesJob;
  // "Not implemented" is what the server does not have, now and later.
  const isPassing = isBusy || status === 429 || status === 408 || status === 425 || (status >= 500 && status !== 501);
  const isOpen = status === 429 ? !refuses429BeforeJob : isPassing || status < 400;
  if (makesJob && isOpen) return UNKNOWN_OUTCOME;
  if (isPassing) return { retryable: true, next_step: 'Try the same call again later.' };
  if (status === 401 || status === 403)
    return { next_step: 'Check apiKey (VIDEO_API_KEY) and the account it belongs to.' };
  if (isModeration(error)) {
    return { next_step: 'Change what the prompt shows, then create it anew; the same prompt is refused again.' };
  }
  if (isAboutTheModel(error)) {
    return { next_step: 'Name a model that this server has (model, VIDEO_MODEL), or leave it out.' };
  }
  const isCreate = method === 'POST' && path === '/videos';
  if (status === 404 && isCreate && UNKNOWN_ADDRESS.test(error.message ?? 'Not Found'))
    return { next_step: 'Check the base URL (baseUrl, VIDEO_BASE_URL): this server makes no videos at that address.' };
  if (status === 404 && !isCreate) return { next_step: 'Check the id: video_list shows the jobs this server knows.' };
  return { next_step: 'Correct what the message names, then make the call again.' };
}

export const UNKNOWN_OUTCOME: ErrorFacts = {
  submitted: 'unknown',
  next_step: 'The job may have been made: look for it with video_list before anything is created again.',
};
