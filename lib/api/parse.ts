import type { Character, Video, VideoJobError, VideoList, VideoStatus } from '../../types/video.ts';
import { hasControls, withoutControls } from '../controls.ts';
import { VideoToolsetError } from '../errors.ts';

/** Words seen for a job's state; any other is not an end (source: the servers' own code and documentation). */
const STATUS_WORDS: Record<VideoStatus, readonly string[]> = {
  queued: ['queued', 'pending', 'submitted', 'not_start', 'created', 'waiting'],
  in_progress: ['in_progress', 'processing', 'running', 'generating', 'postprocessing', 'preprocessing'],
  completed: ['completed', 'complete', 'succeeded', 'success', 'succeed', 'done', 'finished'],
  failed: ['failed', 'failure', 'error', 'rejected', 'moderation_blocked'],
  cancelled: ['cancelled', 'canceled', 'deleted'],
  expired: ['expired'],
};

const NO_REASON = 'The server gave no reason.';

const SERVER_PATHS = ['file_path', 'file_paths', 'output_path'];
/** In characters: a model and a terminal show it whole. */
const LONGEST_REASON = 500;
/** JSON may be nested deeper than the stack can follow; nothing that is looked for lies this deep. */
const MAX_RAW_LEVELS = 64;

/** Is nothing more to come of a job in this state? */
export function isFinal(status: VideoStatus): boolean {
  return status !== 'queued' && status !== 'in_progress';
}

/** @throws VideoToolsetError `invalid_response` where there is no id */
export function parseVideo(body: unknown, knownId?: string): Video {
  const fields = unwrap(body);
  const given = text(fields.id) ?? text(fields.request_id) ?? text(fields.task_id) ?? text(fields.video_id);
  const id = knownId ?? identifier(given);
  if (id === undefined) {
    throw new VideoToolsetError('invalid_response', 'The server answered without the id of a job.');
  }
  const word = text(fields.status)?.toLowerCase().replaceAll('-', '_') ?? '';
  const status = statusOf(word);
  return defined({
    id,
    status,
    raw_status: word !== '' && word !== status ? word : undefined,
    progress: percent(fields.progress),
    model: text(fields.model),
    prompt: text(fields.prompt),
    seconds: text(fields.seconds) ?? text(fields.duration),
    size: text(fields.size),
    created_at: time(fields.created_at) ?? time(fields.created),
    completed_at: time(fields.completed_at),
    expires_at: time(fields.expires_at),
    // The job is paid for, whatever its server says beside its id.
    remixed_from_video_id: isIdentifier(fields.remixed_from_video_id) ? text(fields.remixed_from_video_id) : undefined,
    error: jobError(fields.error),
    raw: withoutServerPaths(fields),
  });
}

/** Accepts `{data: []}`, `{videos: []}` and a bare array. */
export function parseVideoList(body: unknown): VideoList {
  const fields = isRecord(body) ? body : {};
  const items = [body, fields.data, fields.videos].find(Array.isArray);
  if (items === undefined)
    throw new VideoToolsetError('invalid_response', 'The server answered without a list of jobs.');
  const data = items.map((item) => parseVideo(item));
  return defined({
    data,
    has_more: typeof fields.has_more === 'boolean' ? fields.has_more : undefined,
    last_id: identifier(text(fields.last_id)) ?? data.at(-1)?.id,
  });
}

export function parseCharacter(body: unknown): Character {
  const fields = unwrap(body);
  return defined({
    id: identifier(text(fields.id)) ?? null,
    name: text(fields.name) ?? null,
    created_at: time(fields.created_at),
    raw: withoutServerPaths(fields),
  });
}

/** An empty answer and every shape seen count as deleted; only an explicit `deleted: false` does not. */
export function parseDeleted(body: unknown): boolean {
  return !(isRecord(body) && body.deleted === false);
}

/** What a server's error body says, whatever its shape. */
export function parseErrorBody(body: unknown): { message?: string; code?: string; type?: string; param?: string } {
  if (typeof body === 'string') return defined({ message: snippet(body) });
  if (!isRecord(body)) return {};
  const { detail } = body;
  const error = body.error ?? body;
  if (typeof error === 'string') return defined({ message: snippet(error) });
  const fields = isRecord(error) ? error : {};
  return defined({
    message: snippet(text(fields.message) ?? detailMessage(detail)),
    code: text(fields.code),
    type: text(fields.type),
    param: text(fields.param),
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function statusOf(word: string): VideoStatus {
  if (STATUS_WORDS.queued.includes(word)) return 'queued';
  if (STATUS_WORDS.completed.includes(word)) return 'completed';
  if (STATUS_WORDS.failed.includes(word)) return 'failed';
  if (STATUS_WORDS.cancelled.includes(word)) return 'cancelled';
  if (STATUS_WORDS.expired.includes(word)) return 'expired';
  return 'in_progress';
}

function unwrap(body: unknown): Record<string, unknown> {
  if (isRecord(body) && isRecord(body.data) && body.id === undefined) return body.data;
  if (isRecord(body)) return body;
  throw new VideoToolsetError('invalid_response', 'The server answered with something that is not a JSON object.');
}

function text(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** An id is typed, printed and sent back: what could act on a terminal is none. */
function isIdentifier(value: unknown): boolean {
  return !hasControls(text(value) ?? '');
}

/** @throws VideoToolsetError `invalid_response` */
function identifier(id: string | undefined): string | undefined {
  if (isIdentifier(id)) return id;
  throw new VideoToolsetError('invalid_response', 'The server answered with an id that holds control characters.');
}

function percent(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value.replace('%', '')) : value;
  return typeof number === 'number' && Number.isFinite(number) ? Math.min(100, Math.max(0, number)) : undefined;
}

/** Unix seconds from a number, a numeric text or an ISO date. */
function time(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return Math.floor(number);
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : Math.floor(parsed / 1000);
}

function jobError(value: unknown): VideoJobError | undefined {
  if (typeof value === 'string' && value !== '') return { code: null, message: snippet(value) ?? NO_REASON };
  if (!isRecord(value)) return undefined;
  const code = snippet(text(value.code)) ?? null;
  return { code, message: snippet(text(value.message)) ?? code ?? NO_REASON };
}

/** FastAPI's `detail`: a text, or a list of what is wrong where. */
function detailMessage(detail: unknown): string | undefined {
  if (!Array.isArray(detail)) return text(detail);
  const problems = detail
    .filter(isRecord)
    .map(({ loc, msg }) => `${Array.isArray(loc) ? loc.map((key) => text(key) ?? '?').join('.') : '?'}: ${text(msg)}`);
  return problems.length > 0 ? problems.join('; ') : undefined;
}

function snippet(message: string | undefined): string | undefined {
  const line = message
    ?.replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line ? withoutControls(line.slice(0, LONGEST_REASON)).toWellFormed() : undefined;
}

function withoutServerPaths(fields: Record<string, unknown>, levels = MAX_RAW_LEVELS): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([name]) => !SERVER_PATHS.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, cleaned(value, levels - 1)]));
}

function cleaned(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return null;
  if (Array.isArray(value)) return value.map((entry) => cleaned(entry, levels - 1));
  return isRecord(value) ? withoutServerPaths(value, levels) : value;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The object without its undefined fields. */
function defined<T extends object>(object: T): Defined<T>;
function defined(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
