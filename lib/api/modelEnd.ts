import { ApiError } from '../errors.ts';
import type { Http } from './http.ts';
import { isRecord } from './parse.ts';
import { isAboutTheModel } from './refusal.ts';

/** The refusal stands; it is only explained, and nobody waits long for that. */
const LOOKUP_MS = 3_000;

/**
 * A refusal for a model that its server lists with an end says so: what happened, since when, and what to set instead.
 * Where money stands is left as it is, and whatever goes wrong with the question leaves the refusal as it is.
 */
export async function withModelEnd(
  error: unknown,
  model: unknown,
  http: Http,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  if (!(error instanceof ApiError) || typeof model !== 'string' || !mayBeTheModel(error)) return error;
  const end = await endOf(model, http, signal).catch(() => undefined);
  if (end === undefined) return error;
  const day = end.toISOString().slice(0, 10);
  const isPast = end.getTime() <= Date.now();
  const what = isPast
    ? `The server switched the model ${model} off on ${day}.`
    : `The server announces that it switches the model ${model} off on ${day}.`;
  return new ApiError(isPast ? 'retired' : error.code, `${what} (${error.message})`, error.status, error.detail, {
    ...error.facts,
    cause: error,
    next_step: 'Set VIDEO_MODEL (model) to another model of this server, or VIDEO_BASE_URL to another server.',
  });
}

function mayBeTheModel({ status, detail, message, facts }: ApiError): boolean {
  if (facts.submitted !== undefined && facts.submitted !== 'no') return false;
  return status === 404 || status === 410 || isAboutTheModel({ ...detail, message });
}

async function endOf(model: string, http: Http, signal: AbortSignal | undefined): Promise<Date | undefined> {
  const limit = AbortSignal.timeout(LOOKUP_MS);
  const request = { method: 'GET', path: '/models', retry: false } as const;
  const { data } = await http.json({ ...request, signal: signal ? AbortSignal.any([signal, limit]) : limit });
  const models = isRecord(data) && Array.isArray(data.data) ? data.data.filter(isRecord) : [];
  const found = models.find(({ id }) => id === model);
  if (found === undefined) return undefined;
  // OpenAI and LiteLLM name a day, Azure a time in unix seconds.
  const { shutdown_date, deprecation_date, deprecation } = found;
  return (
    dateOf(shutdown_date) ??
    dateOf(deprecation_date) ??
    (isRecord(deprecation) ? dateOf(deprecation.inference) : undefined)
  );
}

function dateOf(value: unknown): Date | undefined {
  const time = typeof value === 'number' ? value * 1_000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
