import type { Experimental_VideoModelV3, Experimental_VideoModelV4 } from '@ai-sdk/provider';
import { environmentValues } from '../../../config.ts';
import { NotHere } from '../engine.ts';
import { isMissingKey } from './failure.ts';

export type VideoModel = Experimental_VideoModelV3 | Experimental_VideoModelV4;
export type Fetch = typeof globalThis.fetch;

/** How a provider of the table is reached. */
export interface ProviderSettings {
  /** @default the provider's own */
  baseURL?: string;
  /** @default the provider's own variable */
  apiKey?: string;
  /** @default the one of Node */
  fetch?: Fetch;
}

/** A provider of one's own, such as every provider of the AI SDK is. */
export interface VideoProvider {
  /** A video model of the AI SDK. */
  video(model: string): unknown;
}

export type Providers = Readonly<Record<string, ProviderSettings | VideoProvider>>;

interface Known {
  package: string;
  /** The package's function that makes a provider. */
  factory: string;
  /** Any of these has to be set. */
  variables: readonly string[];
  /** What the factory calls its key. */
  keyName?: 'apiToken';
  /** Where it is, for what it may name in its answers. */
  baseURL: string;
}

/** Providers of the AI SDK with video models. Source: the packages themselves, of the versions in `peerDependencies`. */
export const PROVIDERS: Readonly<Record<string, Known>> = {
  google: {
    package: '@ai-sdk/google',
    factory: 'createGoogleGenerativeAI',
    variables: ['GOOGLE_GENERATIVE_AI_API_KEY'],
    baseURL: 'https://generativelanguage.googleapis.com/v1beta',
  },
  'google-vertex': {
    package: '@ai-sdk/google-vertex',
    factory: 'createVertex',
    variables: ['GOOGLE_VERTEX_API_KEY', 'GOOGLE_VERTEX_PROJECT'],
    baseURL: 'https://aiplatform.googleapis.com',
  },
  xai: { package: '@ai-sdk/xai', factory: 'createXai', variables: ['XAI_API_KEY'], baseURL: 'https://api.x.ai/v1' },
  fal: {
    package: '@ai-sdk/fal',
    factory: 'createFal',
    variables: ['FAL_API_KEY', 'FAL_KEY'],
    baseURL: 'https://queue.fal.run',
  },
  replicate: {
    package: '@ai-sdk/replicate',
    factory: 'createReplicate',
    variables: ['REPLICATE_API_TOKEN'],
    keyName: 'apiToken',
    baseURL: 'https://api.replicate.com/v1',
  },
  alibaba: {
    package: '@ai-sdk/alibaba',
    factory: 'createAlibaba',
    variables: ['ALIBABA_API_KEY'],
    baseURL: 'https://dashscope-intl.aliyuncs.com',
  },
  'black-forest-labs': {
    package: '@ai-sdk/black-forest-labs',
    factory: 'createBlackForestLabs',
    variables: ['BFL_API_KEY'],
    baseURL: 'https://api.bfl.ai/v1',
  },
  bytedance: {
    package: '@ai-sdk/bytedance',
    factory: 'createByteDance',
    variables: ['ARK_API_KEY'],
    baseURL: 'https://ark.ap-southeast.bytepluses.com/api/v3',
  },
  minimax: {
    package: '@ai-sdk/minimax',
    factory: 'createMiniMax',
    variables: ['MINIMAX_API_KEY'],
    baseURL: 'https://api.minimax.io',
  },
  prodia: {
    package: '@ai-sdk/prodia',
    factory: 'createProdia',
    variables: ['PRODIA_TOKEN'],
    baseURL: 'https://inference.prodia.com/v2',
  },
  gateway: {
    package: 'ai',
    factory: 'createGateway',
    variables: ['AI_GATEWAY_API_KEY', 'VERCEL_OIDC_TOKEN'],
    baseURL: 'https://ai-gateway.vercel.sh',
  },
};

/** A model that can be used here. */
export interface OpenedModel {
  /** `provider/model`. */
  name: string;
  /** Where the provider is. */
  baseURL: URL;
  /** The model over its connection; a provider of one's own has its own connection, and takes none. */
  over(fetch: Fetch): VideoModel;
  /** What requests go out by; absent where the provider has a connection of its own. */
  fetch?: Fetch;
  /** Must not be shown. */
  secrets: readonly string[];
}

/** @throws NotHere with what to install or to set */
export async function openVideoModel(name: string, providers: Providers): Promise<OpenedModel> {
  const slash = name.indexOf('/');
  const provider = name.slice(0, Math.max(0, slash));
  const model = name.slice(slash + 1);
  const settings = Object.hasOwn(providers, provider) ? providers[provider] : undefined;
  if (settings !== undefined && 'video' in settings) return ownProvider(name, settings, model);
  const known = Object.hasOwn(PROVIDERS, provider) ? PROVIDERS[provider] : undefined;
  if (known === undefined || model === '') {
    const names = [...Object.keys(PROVIDERS), ...Object.keys(providers)];
    throw new NotHere(`it has to be <provider>/<model>, with one of ${[...new Set(names)].join(', ')}.`);
  }
  const { apiKey, baseURL, fetch = globalThis.fetch } = settings ?? {};
  const keys = apiKey === undefined ? environmentValues(known.variables) : [apiKey];
  if (keys.length === 0) {
    throw new NotHere(`its provider wants a key. Set ${known.variables.join(' or ')} for the studio's process.`);
  }
  const create = await factoryOf(known);
  const over = (guarded: Fetch) =>
    videoModelOf(
      create({
        // Two of the packages have another address for video than for text.
        ...(baseURL !== undefined && { baseURL, videoBaseURL: baseURL }),
        ...(apiKey !== undefined && { [known.keyName ?? 'apiKey']: apiKey }),
        fetch: guarded,
      }),
      model,
    );
  // Vertex wants more than a key.
  over(fetch);
  return { name, baseURL: new URL(baseURL ?? known.baseURL), fetch, secrets: keys, over };
}

function ownProvider(name: string, provider: VideoProvider, model: string): OpenedModel {
  const over = () => videoModelOf(provider, model);
  over();
  // Nothing is known of where it is: what it names is fetched from the public network only.
  return { name, baseURL: new URL('https://provider.invalid'), secrets: [], over };
}

async function factoryOf(known: Known): Promise<(settings: object) => unknown> {
  const module: unknown = await import(known.package).catch((cause) => {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND')) throw cause;
    throw new NotHere(`the package ${known.package} is missing. Run: npm install ${known.package}`, { cause });
  });
  const factory = property(module, known.factory);
  if (typeof factory === 'function') return (settings) => factory(settings);
  throw new NotHere(`the installed ${known.package} has no ${known.factory}. Run: npm install ${known.package}@latest`);
}

function videoModelOf(provider: unknown, model: string): VideoModel {
  const video = property(provider, 'video');
  let made: unknown;
  try {
    made = typeof video === 'function' ? Reflect.apply(video, provider, [model]) : undefined;
  } catch (error) {
    if (!isMissingKey(error)) throw error;
    throw new NotHere(error instanceof Error ? error.message : String(error), { cause: error });
  }
  if (isVideoModel(made)) return made;
  throw new NotHere('its provider, as it is installed here, has no video models of the AI SDK.');
}

function isVideoModel(value: unknown): value is VideoModel {
  return ['v3', 'v4'].includes(String(property(value, 'specificationVersion'))) && hasMethod(value);
}

function hasMethod(value: unknown): boolean {
  return ['doGenerate', 'doStart'].some((name) => typeof property(value, name) === 'function');
}

function property(value: unknown, name: string): unknown {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
    ? Reflect.get(value, name)
    : undefined;
}
