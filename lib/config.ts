import { validateHeaderName, validateHeaderValue } from 'node:http';
import { homedir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config, Options, ServerName } from '../types/config.ts';
import { VideoToolsetError } from './errors.ts';

type Environment = Record<string, string | undefined>;

/** Each option and the variable that sets it. */
const VARIABLES = {
  baseUrl: 'VIDEO_BASE_URL',
  apiKey: 'VIDEO_API_KEY',
  server: 'VIDEO_SERVER',
  model: 'VIDEO_MODEL',
  headers: 'VIDEO_HEADERS',
  query: 'VIDEO_QUERY',
  workspace: 'VIDEO_WORKSPACE',
  state: 'VIDEO_STATE',
  cdn: 'CDN_URL',
  cdnPublicUrl: 'CDN_PUBLIC_URL',
  approveDelete: 'VIDEO_APPROVE_DELETE',
  requestTimeoutMs: 'VIDEO_TIMEOUT_MS',
  pollIntervalMs: 'VIDEO_POLL_MS',
  waitLimitMs: 'VIDEO_WAIT_MS',
  agentModel: 'AGENT_MODEL',
  agentBaseUrl: 'AGENT_BASE_URL',
  agentApiKey: 'AGENT_API_KEY',
  debug: 'VIDEO_DEBUG',
} as const satisfies Record<keyof Options, string>;

const SERVER_NAMES = [
  'auto',
  'studio',
  'openai',
  'azure',
  'sglang',
  'vllm-omni',
  'litellm',
  'tensorrt-llm',
  'new-api',
] as const satisfies readonly ServerName[];

type OptionName = keyof typeof VARIABLES;

/**
 * Options and environment as one checked configuration; an option beats its variable, an empty variable counts as not set.
 *
 * @throws VideoToolsetError `invalid_configuration`, naming the option and the variable; also for an unknown option or an
 * unknown variable that begins with `VIDEO_`, so that a misspelt one is never silently ignored.
 */
export function resolveConfig(options: Options = {}, environment: Environment = process.env): Config {
  refuseUnknown(options, environment);
  const read = (name: OptionName): unknown => options[name] ?? (environment[VARIABLES[name]]?.trim() || undefined);

  const baseUrl = baseUrlOf(read('baseUrl'));
  const workspace = folder('workspace', read('workspace') ?? 'videos');
  const state = folder('state', read('state') ?? defaultState(environment));
  if (isInside(state, workspace)) {
    throw wrong('state', `${state} lies inside the workspace ${workspace}; choose a folder outside of it`);
  }
  const apiKey = headerText('apiKey', read('apiKey') ?? openAiKey(baseUrl, environment));
  const model = text('model', read('model'));
  const cdnPublicUrl = httpUrl('cdnPublicUrl', read('cdnPublicUrl'));
  const agentBaseUrl = httpUrl('agentBaseUrl', read('agentBaseUrl'));
  const agentApiKey = text('agentApiKey', read('agentApiKey'));
  return {
    ...(baseUrl !== undefined && { baseUrl }),
    ...(apiKey !== undefined && { apiKey }),
    server: oneOf('server', read('server') ?? 'auto', SERVER_NAMES),
    ...(model !== undefined && { model }),
    headers: headersOf(read('headers')),
    query: stringRecord('query', read('query')),
    workspace,
    state,
    cdn: cdnUrl(read('cdn'), workspace),
    ...(cdnPublicUrl !== undefined && { cdnPublicUrl }),
    approveDelete: oneOf('approveDelete', read('approveDelete') ?? 'ask', ['ask', 'no']),
    requestTimeoutMs: milliseconds('requestTimeoutMs', read('requestTimeoutMs') ?? 60_000),
    pollIntervalMs: milliseconds('pollIntervalMs', read('pollIntervalMs') ?? 2_000),
    waitLimitMs: milliseconds('waitLimitMs', read('waitLimitMs') ?? 600_000),
    agentModel: text('agentModel', read('agentModel')) ?? 'offline',
    ...(agentBaseUrl !== undefined && { agentBaseUrl }),
    ...(agentApiKey !== undefined && { agentApiKey }),
    debug: switchOf('debug', read('debug') ?? false),
  };
}

/** Every value of a configuration that must never be shown. */
export function secretsOf(config: Pick<Config, 'apiKey' | 'agentApiKey' | 'headers' | 'query'>): string[] {
  const named = [...Object.entries(config.headers), ...Object.entries(config.query)];
  const secrets = named.filter(([name]) => /key|auth|token|secret|cookie|^sig/i.test(name)).map(([, value]) => value);
  const values = [config.apiKey, config.agentApiKey, ...secrets];
  return values.filter((value) => value !== undefined);
}

/** Is any proxy set? Which requests go through it is then a matter of `NO_PROXY`, too. */
export function usesProxy(environment: Environment = process.env): boolean {
  return ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'].some((name) => Boolean(environment[name]));
}

function wrong(name: OptionName, problem: string): VideoToolsetError {
  return new VideoToolsetError('invalid_configuration', `Option ${name} (${VARIABLES[name]}): ${problem}.`, {
    next_step: `Set ${VARIABLES[name]}, or the option ${name}, to a valid value or leave it out.`,
  });
}

function refuseUnknown(options: Options, environment: Environment): void {
  const names = Object.keys(VARIABLES);
  const unknownOption = Object.keys(options).find((name) => !names.includes(name));
  if (unknownOption !== undefined) {
    throw new VideoToolsetError(
      'invalid_configuration',
      `There is no option ${unknownOption}. Known: ${names.join(', ')}.`,
    );
  }
  const variables: string[] = Object.values(VARIABLES);
  const unknownVariable = Object.keys(environment).find(
    (name) => name.startsWith('VIDEO_') && !variables.includes(name),
  );
  if (unknownVariable !== undefined) {
    const known = variables.filter((name) => name.startsWith('VIDEO_')).join(', ');
    throw new VideoToolsetError(
      'invalid_configuration',
      `The environment variable ${unknownVariable} is set, but this version knows no such setting. Known: ${known}.`,
      { next_step: `Unset ${unknownVariable}, or correct its name.` },
    );
  }
}

function defaultState(environment: Environment): string {
  const base = environment.XDG_STATE_HOME?.trim();
  return path.join(base && path.isAbsolute(base) ? base : path.join(homedir(), '.local', 'state'), 'video-toolset');
}

/** `OPENAI_API_KEY` belongs to OpenAI: it is sent nowhere else. */
function openAiKey(baseUrl: string | undefined, environment: Environment): string | undefined {
  const isOpenAi = baseUrl !== undefined && new URL(baseUrl).hostname === 'api.openai.com';
  return isOpenAi ? environment.OPENAI_API_KEY?.trim() || undefined : undefined;
}

function baseUrlOf(value: unknown): string | undefined {
  const url = httpUrl('baseUrl', value);
  if (url === undefined) return undefined;
  const { username, password } = new URL(url);
  if (/[?#]/.test(url))
    throw wrong('baseUrl', 'a query or fragment does not belong here; set query (VIDEO_QUERY) instead');
  if (username || password)
    throw wrong('baseUrl', 'a user or password does not belong here; set apiKey (VIDEO_API_KEY)');
  return url.endsWith('/v1') ? url : `${url}/v1`;
}

function httpUrl(name: OptionName, value: unknown): string | undefined {
  const address = text(name, value);
  if (address === undefined) return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw wrong(name, 'it must be an address that begins with http:// or https://');
  return address.replace(/\/+$/, '');
}

function cdnUrl(value: unknown, workspace: string): URL {
  const address = text('cdn', value);
  if (address === undefined) return pathToFileURL(path.join(workspace, 'published'));
  const [scheme] = address.split(':', 1);
  if (scheme !== 'file') throw wrong('cdn', `only file:<folder> is supported, not ${scheme}:`);
  if (address.startsWith('file://')) {
    if (!URL.canParse(address)) throw wrong('cdn', 'it is not a valid file:// address');
    return new URL(address);
  }
  return pathToFileURL(path.resolve(address.slice('file:'.length)));
}

function folder(name: OptionName, value: unknown): string {
  const location = text(name, value);
  if (location === undefined || location.includes('\0')) throw wrong(name, 'it must be a path to a folder');
  const expanded = location === '~' || location.startsWith('~/') ? path.join(homedir(), location.slice(1)) : location;
  return path.resolve(expanded);
}

function isInside(inner: string, outer: string): boolean {
  const relative = path.relative(outer, inner);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function text(name: OptionName, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.trim() === '') throw wrong(name, 'it must be a text that is not empty');
  return value.trim();
}

/** What cannot be a header's value would only fail when a request is made, where it looks like a failure of the network. */
function headerText(name: OptionName, value: unknown): string | undefined {
  const given = text(name, value);
  if (given !== undefined && !isHeader('authorization', given)) {
    throw wrong(name, 'it holds characters that cannot be sent in a header');
  }
  return given;
}

function headersOf(value: unknown): Record<string, string> {
  const headers = stringRecord('headers', value);
  const unusable = Object.entries(headers).find(([header, content]) => !isHeader(header, content));
  if (unusable !== undefined) throw wrong('headers', `${JSON.stringify(unusable[0])} cannot be sent as a header`);
  return headers;
}

function isHeader(header: string, content: string): boolean {
  try {
    validateHeaderName(header);
    validateHeaderValue(header, content);
    return true;
  } catch {
    return false;
  }
}

function milliseconds(name: OptionName, value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 1 || number > 2 ** 31 - 1) {
    throw wrong(name, `it must be a whole number of milliseconds from 1 to 2147483647, not ${JSON.stringify(value)}`);
  }
  return number;
}

function switchOf(name: OptionName, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  return oneOf(name, value, ['1', '0', 'true', 'false']).replace('true', '1') === '1';
}

function oneOf<const Choice extends string>(name: OptionName, value: unknown, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) throw wrong(name, `it must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}`);
  return choice;
}

function stringRecord(name: OptionName, value: unknown): Record<string, string> {
  if (value === undefined) return {};
  const record = typeof value === 'string' ? parseJson(name, value) : value;
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw wrong(name, 'it must be a JSON object of texts, such as {"api-version":"preview"}');
  }
  return Object.fromEntries(
    Object.entries(record).map(([key, entry]) => {
      if (typeof entry !== 'string') throw wrong(name, `the value of ${JSON.stringify(key)} must be a text`);
      return [key, entry];
    }),
  );
}

function parseJson(name: OptionName, value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new VideoToolsetError('invalid_configuration', `Option ${name} (${VARIABLES[name]}): it is not valid JSON.`, {
      cause,
    });
  }
}
