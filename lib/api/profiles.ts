import type { ServerName } from '../../types/config.ts';

/** The operations that not every server offers. */
export type OptionalOperation = 'list' | 'delete' | 'remix' | 'edit' | 'extend' | 'characters';

/** What is known of a server's dialect. Sources: the servers' code and documentation; see docs/servers.md. */
export interface Profile {
  name: ServerName;
  /** As it is called in messages. */
  label: string;
  /** Encoding of a request without a file; one with a file is always multipart. `auto` tries JSON first. */
  body: 'auto' | 'json' | 'multipart';
  /** The type `seconds` has in JSON. */
  seconds: 'string' | 'number';
  /** Whether the size goes out as `size` or as `width` and `height`. */
  size: 'size' | 'width_height';
  /** The field a reference image's address goes into, and its form. */
  referenceUrl: 'input_reference' | 'reference_url' | 'image_reference';
  /** Does the server store files that `{ file_id }` can name? */
  takesFileIds: boolean;
  /** Operations that are known to be missing: they are refused before anything is sent. */
  missing: readonly OptionalOperation[];
  /** Does a 429 to a create always come before a job is made? */
  refuses429BeforeJob: boolean;
  /** Does deleting a running job stop it? */
  deleteStops: 'yes' | 'no' | 'unknown';
  /** Does the list repeat each job's prompt? Without it no job of a lost answer is taken for ours. */
  listEchoesPrompt: boolean;
  /** Does the list show every job of this account? */
  listComplete: boolean;
  /** After how many milliseconds at most a job is in the list; undefined where nobody says. */
  listLagMs?: number;
  /** The header that makes one job of all requests with the same value. */
  idempotencyKey?: string;
  /** The model where a request names none. */
  defaultModel?: string;
  /** The length in seconds of a clip for which none was asked. */
  defaultSeconds?: number;
  /** The longest clip in seconds. */
  maxSeconds?: number;
  /** Does a clip cost nothing here, so that it may be made anew without asking? */
  costsNothing: boolean;
  /** Where it does: is a clip of this model paid for all the same? */
  isPaid?(model: string): boolean;
  /** Is a job that failed billed? */
  billsFailedJobs: 'yes' | 'no' | 'unknown';
  /** How long clips can be downloaded, in words. */
  lifetime: string;
}

const GENERIC: Profile = {
  name: 'auto',
  label: 'this server',
  body: 'auto',
  seconds: 'string',
  size: 'size',
  referenceUrl: 'input_reference',
  takesFileIds: true,
  missing: [],
  refuses429BeforeJob: false,
  deleteStops: 'unknown',
  listEchoesPrompt: false,
  listComplete: false,
  costsNothing: false,
  billsFailedJobs: 'unknown',
  lifetime: 'unknown: download soon',
};

const NO_EDITING: readonly OptionalOperation[] = ['remix', 'edit', 'extend', 'characters'];

export const PROFILES: Record<ServerName, Profile> = {
  auto: GENERIC,
  studio: {
    ...GENERIC,
    name: 'studio',
    label: 'the studio',
    body: 'json',
    takesFileIds: false,
    refuses429BeforeJob: true,
    deleteStops: 'yes',
    listEchoesPrompt: true,
    listComplete: true,
    listLagMs: 0,
    defaultSeconds: 4,
    costsNothing: true,
    // Which names lead to models that cost is known of the embedded one only.
    isPaid: (model) => model !== 'animatic',
    billsFailedJobs: 'no',
    lifetime: '30 days, unless its owner sets another time',
  },
  openai: {
    ...GENERIC,
    name: 'openai',
    label: 'OpenAI',
    body: 'json',
    refuses429BeforeJob: true,
    listEchoesPrompt: true,
    listComplete: true,
    defaultModel: 'sora-2',
    defaultSeconds: 4,
    lifetime: '1 hour after completion',
  },
  azure: {
    ...GENERIC,
    name: 'azure',
    label: 'Azure OpenAI',
    body: 'json',
    refuses429BeforeJob: true,
    listEchoesPrompt: true,
    listComplete: true,
    defaultSeconds: 4,
    lifetime: '24 hours after creation',
  },
  sglang: {
    ...GENERIC,
    name: 'sglang',
    label: 'SGLang Diffusion',
    body: 'json',
    referenceUrl: 'reference_url',
    takesFileIds: false,
    missing: NO_EDITING,
    deleteStops: 'no',
    listComplete: true,
    defaultSeconds: 4,
    lifetime: "as long as the server's process",
  },
  'vllm-omni': {
    ...GENERIC,
    name: 'vllm-omni',
    label: 'vLLM-Omni',
    body: 'multipart',
    referenceUrl: 'image_reference',
    takesFileIds: false,
    missing: NO_EDITING,
    deleteStops: 'yes',
    listEchoesPrompt: true,
    listComplete: true,
    lifetime: "as long as the server's process",
  },
  litellm: {
    ...GENERIC,
    name: 'litellm',
    label: 'LiteLLM',
    body: 'json',
    missing: ['delete'],
    lifetime: "the upstream provider's",
  },
  'tensorrt-llm': {
    ...GENERIC,
    name: 'tensorrt-llm',
    label: 'TensorRT-LLM',
    body: 'json',
    seconds: 'number',
    size: 'width_height',
    referenceUrl: 'image_reference',
    takesFileIds: false,
    missing: NO_EDITING,
    lifetime: "as long as the server's process",
  },
  'new-api': {
    ...GENERIC,
    name: 'new-api',
    label: 'new-api',
    body: 'json',
    missing: ['list', 'delete', 'edit', 'extend', 'characters'],
    lifetime: "the upstream provider's",
  },
};

/** Does a clip of that model cost nothing? Where none is named, the server's own is meant. */
export function isFreeClip({ costsNothing, isPaid }: Profile, model?: string): boolean {
  return costsNothing && (model === undefined || isPaid?.(model) !== true);
}

/** The profile to use: the one that was named, or the one that the address itself tells. */
export function profileFor(baseUrl: string, server: ServerName): Profile {
  if (server !== 'auto') return PROFILES[server];
  const { host, hostname } = new URL(baseUrl);
  if (hostname === 'api.openai.com') return PROFILES.openai;
  if (/\.(openai|services\.ai|cognitiveservices)\.azure\.com$/.test(hostname)) return PROFILES.azure;
  return { ...PROFILES.auto, label: `the server at ${host}` };
}
