import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { Config } from '../../types/config.ts';
import { MODEL_KEYS } from '../config/variables.ts';
import { systemCode, VideoToolsetError } from '../errors.ts';
import { createOfflineModel } from './offline/offlineModel.ts';

type ModelConfig = Pick<Config, 'agentModel' | 'agentBaseUrl' | 'agentApiKey'>;
type Settings = { baseURL?: string; apiKey?: string };

/** Of the provider packages that this version works with. */
const MAJORS: Record<string, number> = { openai: 4, anthropic: 4, xai: 5, google: 4, 'openai-compatible': 3 };

/** Provider packages are optional, and loaded on use. */
const PROVIDERS: Record<string, (model: string, settings: Settings) => Promise<LanguageModelV4>> = {
  openai: async (model, settings) => {
    const provider = (await import('@ai-sdk/openai')).createOpenAI(settings);
    // Servers that imitate OpenAI speak its chat API; only OpenAI itself is sure to have the newer one.
    return settings.baseURL === undefined ? provider(model) : provider.chat(model);
  },
  anthropic: async (model, settings) => (await import('@ai-sdk/anthropic')).createAnthropic(settings)(model),
  xai: async (model, settings) => (await import('@ai-sdk/xai')).createXai(settings)(model),
  google: async (model, settings) => (await import('@ai-sdk/google')).createGoogleGenerativeAI(settings)(model),
  'openai-compatible': async (model, { baseURL, apiKey }) => {
    if (baseURL === undefined) {
      throw new VideoToolsetError(
        'invalid_configuration',
        'The provider openai-compatible needs agentBaseUrl (AGENT_BASE_URL).',
      );
    }
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    return createOpenAICompatible({ name: 'agent', baseURL, ...(apiKey !== undefined && { apiKey }) })(model);
  },
};

/**
 * The language model that `agentModel` names: `offline`, or `provider/model`.
 * @throws VideoToolsetError `invalid_configuration`, or `missing_package` naming what to install
 */
export async function openModel({ agentModel, agentBaseUrl, agentApiKey }: ModelConfig): Promise<LanguageModelV4> {
  if (agentModel === 'offline') return createOfflineModel();
  const slash = agentModel.indexOf('/');
  const name = agentModel.slice(0, Math.max(0, slash));
  const model = agentModel.slice(slash + 1);
  const load = Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined;
  if (load === undefined || model === '') {
    throw new VideoToolsetError(
      'invalid_configuration',
      `Option agentModel (AGENT_MODEL): ${JSON.stringify(agentModel)} is neither "offline" nor <provider>/<model> with one of ${Object.keys(PROVIDERS).join(', ')}.`,
    );
  }
  const settings = {
    ...(agentBaseUrl !== undefined && { baseURL: agentBaseUrl }),
    ...(agentApiKey !== undefined && { apiKey: agentApiKey }),
  };
  const loaded = await load(model, settings).catch((cause) => {
    throw systemCode(cause) === 'ERR_MODULE_NOT_FOUND' ? missingPackage(agentModel, name, cause) : cause;
  });
  if (agentApiKey === undefined && Object.hasOwn(MODEL_KEYS, name)) throw missingKey(agentModel, MODEL_KEYS[name]);
  return loaded;
}

function missingPackage(agentModel: string, provider: string, cause: unknown): VideoToolsetError {
  return new VideoToolsetError(
    'missing_package',
    `The agent model ${agentModel} needs the package @ai-sdk/${provider}.`,
    {
      cause,
      next_step: `Run: npm install @ai-sdk/${provider}@${MAJORS[provider]}`,
    },
  );
}

function missingKey(agentModel: string, variable: string | undefined): VideoToolsetError {
  return new VideoToolsetError(
    'invalid_configuration',
    `The agent model ${agentModel} needs a key: set agentApiKey (AGENT_API_KEY) or ${variable}.`,
    { next_step: 'Without AGENT_MODEL the built-in offline model is used, which needs none.' },
  );
}
