import type { Config, Options, ServerName } from '../types/config.ts';
import { cdnUrl, hostKeysOf, keyTemplate } from './config/cdn.ts';
import { factsOf } from './config/facts.ts';
import { defaultState, folder, ledgerPlace, refuseOverlaps } from './config/folders.ts';
import { studioModelsOf } from './config/studioModels.ts';
import { toolsOf } from './config/tools.ts';
import {
  amount,
  baseUrlOf,
  headersOf,
  headerText,
  httpUrl,
  milliseconds,
  oneOf,
  positive,
  pricesOf,
  stringRecord,
  switchOf,
  text,
  tokenOf,
  tokensOf,
  wrong,
} from './config/values.ts';
import { type Environment, MODEL_KEYS, type OptionName, VARIABLES } from './config/variables.ts';
import { VideoToolsetError } from './errors.ts';

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

/** Of video within 24 hours, where a clip may cost money and nobody set a budget. */
const DEFAULT_BUDGET_SECONDS = 300;

/** What a way of starting has for a default of its own, where neither option nor variable is set. */
export type Defaults = Pick<Options, 'workspace'>;

/**
 * Options and environment as one checked configuration; an option beats its variable, an empty variable counts as not set.
 *
 * @throws VideoToolsetError `invalid_configuration`, naming the option and the variable; also for an unknown option or an
 * unknown variable that begins with `VIDEO_`, so that a misspelt one is never silently ignored.
 */
export function resolveConfig(
  options: Options = {},
  environment: Environment = process.env,
  defaults: Defaults = {},
): Config {
  refuseUnknown(options, environment);
  const read = reader(options, environment);

  const baseUrl = baseUrlOf(read('baseUrl'));
  const workspace = folder('workspace', read('workspace') ?? defaults.workspace ?? 'videos');
  const state = folder('state', read('state') ?? defaultState(environment));
  const cdn = cdnUrl(read('cdn'), workspace);
  refuseOverlaps({ workspace, state, cdn });
  const apiKey = headerText('apiKey', read('apiKey') ?? openAiKey(baseUrl, environment));
  const model = text('model', read('model'));
  const cdnPublicUrl = httpUrl('cdnPublicUrl', read('cdnPublicUrl'));
  const cdnKey = keyTemplate(read('cdnKey'));
  const cdnHostKeys = hostKeysOf(read('cdnHostKey'));
  const sshAgent = environment.SSH_AUTH_SOCK?.trim() || undefined;
  const agentBaseUrl = httpUrl('agentBaseUrl', read('agentBaseUrl'));
  const agentModel = text('agentModel', read('agentModel')) ?? 'offline';
  const agentApiKey = text('agentApiKey', read('agentApiKey') ?? modelKey(agentModel, environment));
  const mcpToken = tokenOf('mcpToken', read('mcpToken'));
  const studioTokens = tokensOf('studioToken', read('studioToken'));
  const studioKeepDays = positive('studioKeepDays', read('studioKeepDays'));
  const studioQuotaGb = positive('studioQuotaGb', read('studioQuotaGb'));
  const server = serverOf(read('server'));
  const profile = factsOf(read('profile'));
  const isFree = profile.costsNothing ?? (baseUrl === undefined || server === 'studio');
  const approveAboveUsd = amount('approveAboveUsd', read('approveAboveUsd'));
  const requestTimeoutMs = milliseconds('requestTimeoutMs', read('requestTimeoutMs') ?? 60_000);
  const sendDeadlineMs = milliseconds('sendDeadlineMs', read('sendDeadlineMs') ?? 10_000);
  const quarantineMs = milliseconds('quarantineMs', read('quarantineMs') ?? sendDeadlineMs + requestTimeoutMs + 20_000);
  if (quarantineMs < sendDeadlineMs + requestTimeoutMs) {
    throw wrong(
      'quarantineMs',
      'it must last as long as sendDeadlineMs and requestTimeoutMs together, or a request could still be under way',
    );
  }
  return {
    ...(baseUrl !== undefined && { baseUrl }),
    ...(apiKey !== undefined && { apiKey }),
    server,
    ...(model !== undefined && { model }),
    tools: toolsOf(read('tools') ?? 'all'),
    headers: headersOf(read('headers')),
    query: stringRecord('query', read('query')),
    workspace,
    state,
    cdn,
    ...(cdnPublicUrl !== undefined && { cdnPublicUrl }),
    ...(cdnKey !== undefined && { cdnKey }),
    ...(cdnHostKeys !== undefined && { cdnHostKeys }),
    ...(sshAgent !== undefined && { sshAgent }),
    approveDelete: oneOf('approveDelete', read('approveDelete') ?? 'ask', ['ask', 'no']),
    ledger: ledgerPlace(read('ledger'), state),
    profile,
    prices: pricesOf(read('prices')),
    studioModels: studioModelsOf(read('studioModels')),
    budget: {
      usd: amount('budgetUsd', read('budgetUsd')),
      seconds: amount('budgetSeconds', read('budgetSeconds')) ?? (isFree ? undefined : DEFAULT_BUDGET_SECONDS),
      jobs: amount('budgetJobs', read('budgetJobs')),
      // A free server may have models that are not.
      ...(isFree && { paidSeconds: DEFAULT_BUDGET_SECONDS }),
    },
    ...(approveAboveUsd !== undefined && { approveAboveUsd }),
    requestTimeoutMs,
    sendDeadlineMs,
    quarantineMs,
    pollIntervalMs: milliseconds('pollIntervalMs', read('pollIntervalMs') ?? 2_000),
    waitLimitMs: milliseconds('waitLimitMs', read('waitLimitMs') ?? 600_000),
    agentModel,
    ...(agentBaseUrl !== undefined && { agentBaseUrl }),
    ...(agentApiKey !== undefined && { agentApiKey }),
    ...(mcpToken !== undefined && { mcpToken }),
    ...(studioTokens !== undefined && { studioTokens }),
    ...(studioKeepDays !== undefined && { studioKeepDays }),
    ...(studioQuotaGb !== undefined && { studioQuotaGb }),
    debug: switchOf('debug', read('debug') ?? false),
  };
}

/**
 * What decides which tools there are, without the rest of the configuration, which may be read later.
 * @throws VideoToolsetError `invalid_configuration`
 */
export function resolveTools(
  options: Options = {},
  environment: Environment = process.env,
): { tools: readonly string[]; server: ServerName } {
  const read = reader(options, environment);
  const server = serverOf(read('server'));
  // The embedded studio is what it is, whatever dialect is named.
  return { tools: toolsOf(read('tools') ?? 'all'), server: read('baseUrl') === undefined ? 'studio' : server };
}

/** Every value of a configuration that must never be shown. */
export function secretsOf(
  config: Pick<Config, 'apiKey' | 'agentApiKey' | 'mcpToken' | 'studioTokens' | 'headers' | 'query'>,
): string[] {
  const named = [...Object.entries(config.headers), ...Object.entries(config.query)];
  const secrets = named.filter(([name]) => /key|auth|token|secret|cookie|^sig/i.test(name)).map(([, value]) => value);
  const { apiKey, agentApiKey, mcpToken, studioTokens = [] } = config;
  const values = [apiKey, agentApiKey, mcpToken, ...studioTokens, ...secrets];
  return values.filter((value) => value !== undefined);
}

/** The values of those variables that are set: keys that packages read by themselves, for a check, and to be masked. */
export function environmentValues(names: readonly string[], environment: Environment = process.env): string[] {
  return names.map((name) => environment[name]?.trim() ?? '').filter((value) => value !== '');
}

/** Is any proxy set? Which requests go through it is then a matter of `NO_PROXY`, too. */
export function usesProxy(environment: Environment = process.env): boolean {
  return ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'].some((name) => Boolean(environment[name]));
}

function reader(options: Options, environment: Environment): (name: OptionName) => unknown {
  return (name) => options[name] ?? (environment[VARIABLES[name]]?.trim() || undefined);
}

function serverOf(value: unknown): ServerName {
  return oneOf('server', value ?? 'auto', SERVER_NAMES);
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

/** `OPENAI_API_KEY` belongs to OpenAI: it is sent nowhere else. */
function openAiKey(baseUrl: string | undefined, environment: Environment): string | undefined {
  const isOpenAi = baseUrl !== undefined && new URL(baseUrl).hostname === 'api.openai.com';
  return isOpenAi ? environment.OPENAI_API_KEY?.trim() || undefined : undefined;
}

/** A provider's own variable; read here so that no message shows it, either. */
function modelKey(agentModel: string, environment: Environment): string | undefined {
  const [provider = ''] = agentModel.split('/');
  return Object.hasOwn(MODEL_KEYS, provider) ? environment[MODEL_KEYS[provider] ?? '']?.trim() || undefined : undefined;
}
