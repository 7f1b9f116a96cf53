import { AISDKError, APICallError, LoadAPIKeyError, LoadSettingError } from 'ai';
import { neverConnected, VideoToolsetError } from '../../../errors.ts';
import { redact } from '../../../log.ts';
import { JobFailure, OUTCOME_UNKNOWN } from '../../jobFailure.ts';
import { NotHere } from '../engine.ts';
import type { Wire } from './wire.ts';

/**
 * What providers say of a refused prompt or a filtered clip: there is no code that they share. From their documentation
 * and their packages: Gemini's `raiMediaFiltered…`, fal's `content_policy_violation`, Replicate's "flagged as sensitive",
 * xAI's "content policy", Alibaba's `DataInspectionFailed`, and "moderation", "safety", "sensitive" and "NSFW" of several.
 */
const MODERATED =
  /moderat|content[\s_-]*(policy|filter|guideline)|safety|\bnsfw\b|sensitive|rai_?media_?filtered|usage guidelines|responsible ai|data_?inspection/i;

const MOST_CHARACTERS = 600;
export const UNAUTHORIZED: readonly (number | undefined)[] = [401, 403];

export interface FailureContext {
  /** `provider/model`. */
  model: string;
  wire: Wire;
  secrets: readonly string[];
}

/**
 * Why nothing was started, or why nobody knows.
 * @param asksOnly is starting all that the model did? Else the failure of one that has its own connection may be a later one
 */
export function startFailure(error: unknown, context: FailureContext, asksOnly: boolean): Error {
  const { model, wire } = context;
  if (isMissingKey(error)) return notHere(error, context);
  // What was to be noted first could not be.
  if (error instanceof VideoToolsetError && !wire.isCommitted()) return error;
  // Of a clip that came with the answer, and is none.
  if (error instanceof JobFailure) return error;
  const said = wordsOf(error, context);
  const unasked = (code: string, message: string) => new JobFailure(code, message, { cause: error, isUnasked: true });
  if (!wire.isCommitted()) return unasked('invalid_request', `${model} was not asked: ${said}`);
  const heard = `${said} ${wire.lastAnswer()}`;
  if (wire.wasLastToAsk() ?? asksOnly) {
    const status = statusOf(error);
    if (status !== undefined && status >= 400 && status < 500 && status !== 408)
      return unasked(refusalCode(status, heard), `${model} refused: ${said}`);
    if (neverConnected(error))
      return unasked(
        'provider_unreachable',
        `The provider of ${model} cannot be reached, so it was not asked: ${said}`,
      );
  } else if (MODERATED.test(heard) || isFailedClip(error)) return madeNothing(error, context);
  return new JobFailure(
    OUTCOME_UNKNOWN,
    `${model} was asked for this clip, and its answer was lost (${said}): it may have been made, and billed. It was not ` +
      "asked for again. Look at the provider's own list of jobs before you make a new one.",
    { cause: error },
  );
}

/** Why a package that asks and waits in one call ended after the provider had taken the request. */
export function waitFailure(error: unknown, context: FailureContext): Error {
  const { wire } = context;
  const status = wire.isInTrouble() ? 0 : (statusOf(error) ?? wire.lastStatus() ?? 0);
  if (UNAUTHORIZED.includes(status)) return new NotHere('its key is refused.', { cause: error });
  return status >= 400 && status < 500 ? madeNothing(error, context) : startFailure(error, context, false);
}

/** Why a clip that was started was not made. */
export function madeNothing(reason: unknown, context: FailureContext): Error {
  if (isMissingKey(reason)) return notHere(reason, context);
  const said = wordsOf(reason, context);
  const isModerated = MODERATED.test(`${said} ${context.wire.lastAnswer()}`);
  const code = isModerated ? 'moderation_blocked' : 'generation_failed';
  const words = isModerated && !MODERATED.test(said) ? 'the clip was held back by its content filter.' : said;
  return new JobFailure(code, `${context.model} made no clip: ${words}`, { cause: reason });
}

/** Did the provider tell that there is no clip? Packages that begin and wait in one call name that end alike. */
function isFailedClip(error: unknown): boolean {
  return AISDKError.isInstance(error) && error.name.endsWith('_VIDEO_GENERATION_FAILED');
}

export function isMissingKey(error: unknown): boolean {
  if (LoadAPIKeyError.isInstance(error) || LoadSettingError.isInstance(error)) return true;
  // The gateway's package says so where it found none that still holds, and where one was refused.
  return error instanceof Error && error.name === 'GatewayAuthenticationError' && callOf(error) === undefined;
}

/** Of the answer that the error tells of; the gateway's package wraps it. */
export function statusOf(error: unknown): number | undefined {
  return callOf(error)?.statusCode;
}

/** The call that failed; the gateway's package wraps it into errors of its own. */
export function callOf(error: unknown): APICallError | undefined {
  const candidates = error instanceof Error ? [error, error.cause] : [];
  return candidates.find((candidate) => APICallError.isInstance(candidate));
}

function notHere(error: unknown, context: FailureContext): NotHere {
  return new NotHere(wordsOf(error, context), { cause: error });
}

function refusalCode(status: number, said: string): string {
  if (status === 401 || status === 403) return MODERATED.test(said) ? 'moderation_blocked' : 'provider_unauthorized';
  if (status === 402) return 'billing_hard_limit_reached';
  if (status === 429) return 'rate_limit_exceeded';
  if (status === 404) return 'model_not_found';
  return MODERATED.test(said) ? 'moderation_blocked' : 'invalid_request';
}

/** In the provider's words, without secrets and in one line. */
function wordsOf(error: unknown, { secrets, wire }: FailureContext): string {
  const message = error instanceof Error ? error.message : String(error);
  const detail = detailOf(wire.lastAnswer());
  const words = detail === undefined || message.includes(detail) ? message : `${message}: ${detail}`;
  return redact(words, secrets).replace(/\s+/g, ' ').trim().slice(0, MOST_CHARACTERS);
}

/** Why, where the package does not read it: fal tells it in `detail`, ByteDance in an `error`'s `message`. */
function detailOf(answer: string): string | undefined {
  const [, detail] = /"(?:msg|detail|message)"\s*:\s*"((?:[^"\\]|\\.){1,400})"/.exec(answer) ?? [];
  return detail;
}
