import type { ServerName } from '../../types/config.ts';
import { ApiError, toToolsetError, type VideoToolsetError } from '../errors.ts';
import type { Http, JsonResponse } from './http.ts';
import { isRecord } from './parse.ts';
import { type OptionalOperation, PROFILES, type Profile } from './profiles.ts';

type Answer = 'yes' | 'no' | 'unknown';

/** What a server can do, found out without making a job. */
export interface ServerReport {
  reachable: boolean;
  authorised: Answer;
  /** The dialect in use, and what the server looks like where that is another one. */
  profile: ServerName;
  recognised?: ServerName;
  models: string[];
  operations: Record<OptionalOperation, Answer>;
  body: Profile['body'];
  deleteStops: Profile['deleteStops'];
  lifetime: string;
  /** Why it could not be asked. */
  problem?: VideoToolsetError;
}

const NO_SUCH_JOB = 'video_00000000000000000000doctor';
/** An empty body can make no job anywhere; whether it is refused by the operation or by the router tells whether there is one. */
const EMPTY_POSTS = {
  remix: `/videos/${NO_SUCH_JOB}/remix`,
  edit: '/videos/edits',
  extend: '/videos/extensions',
  characters: '/videos/characters',
} as const;

interface Asked {
  status: number;
  headers: JsonResponse['headers'];
  data?: unknown;
  error?: VideoToolsetError;
}

export async function probeServer(http: Http, profile: Profile, signal?: AbortSignal): Promise<ServerReport> {
  const ask = async (method: 'GET' | 'POST', path: string): Promise<Asked> => {
    try {
      return await http.json({ method, path, signal, retry: false, isAnswer: () => true });
    } catch (error) {
      const known = toToolsetError(error);
      return { status: known instanceof ApiError ? known.status : 0, headers: {}, error: known };
    }
  };
  const list = await ask('GET', '/videos');
  const isReachable = list.status !== 0 || list.error?.code === 'invalid_response';
  const unknown: Record<OptionalOperation, Answer> = {
    list: 'unknown',
    delete: 'unknown',
    remix: 'unknown',
    edit: 'unknown',
    extend: 'unknown',
    characters: 'unknown',
  };
  const report: ServerReport = {
    reachable: isReachable,
    authorised: !isReachable
      ? 'unknown'
      : list.status === 401 || list.status === 403
        ? 'no'
        : list.status < 300
          ? 'yes'
          : 'unknown',
    profile: profile.name,
    models: [],
    operations: unknown,
    body: profile.body,
    deleteStops: profile.deleteStops,
    lifetime: profile.lifetime,
    ...(!isReachable && list.error !== undefined && { problem: list.error }),
  };
  if (!isReachable || report.authorised === 'no') return report;
  const models = await ask('GET', '/models');
  const recognised = recognise({ ...models.headers, ...list.headers }, models.data);
  const known = recognised === undefined || profile.name !== 'auto' ? profile : PROFILES[recognised];
  const operations = { ...unknown, list: list.status < 300 ? ('yes' as const) : offered(list) };
  for (const name of ['remix', 'edit', 'extend', 'characters'] as const) {
    operations[name] = known.missing.includes(name) ? 'no' : offered(await ask('POST', EMPTY_POSTS[name]));
  }
  operations.delete = known.missing.includes('delete') ? 'no' : known.name === 'auto' ? 'unknown' : 'yes';
  return {
    ...report,
    ...(recognised !== undefined && { recognised }),
    models: modelNames(models.data),
    operations,
    body: known.body,
    deleteStops: known.deleteStops,
    lifetime: known.lifetime,
  };
}

/** 404 and 405 come from a router that knows no such operation, or from an operation that misses the job. */
function offered({ status, data }: Asked): Answer {
  if (status === 405 || status === 501) return 'no';
  if (status === 404) return isAboutAJob(data) ? 'yes' : 'no';
  return status === 400 || status === 415 || status === 422 ? 'yes' : 'unknown';
}

function isAboutAJob(data: unknown): boolean {
  return /video|job|task/i.test(
    JSON.stringify(data ?? '').replaceAll(/unknown request url[^"]*|\/v1\/videos[^"]*/gi, ''),
  );
}

/** What a server says of itself in passing: headers of its own, or who owns its models. */
function recognise(headers: JsonResponse['headers'], models: unknown): ServerName | undefined {
  const names = Object.keys(headers);
  if (names.includes('x-studio-notice')) return 'studio';
  if (names.some((name) => name.startsWith('x-litellm-'))) return 'litellm';
  if (names.includes('x-oneapi-request-id') || names.includes('x-new-api-version')) return 'new-api';
  if (names.includes('openai-version')) return 'openai';
  const owners = entriesOf(models).map(({ owned_by }) => owned_by);
  if (owners.includes('vllm') || owners.includes('vllm-omni')) return 'vllm-omni';
  return owners.includes('sglang') ? 'sglang' : undefined;
}

function modelNames(models: unknown): string[] {
  return entriesOf(models).flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
}

function entriesOf(models: unknown): Record<string, unknown>[] {
  return isRecord(models) && Array.isArray(models.data) ? models.data.filter(isRecord) : [];
}
