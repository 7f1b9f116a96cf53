import type { Fetch, ProviderSettings } from '../../../lib/studio/engines/bridge/providers.ts';
import { KEY } from '../../support/key.ts';
import type { Received } from '../../support/server.ts';
import { bytedance, prodia } from './oneCallDialects.ts';
import { alibaba, blackForestLabs, gateway } from './startDialects.ts';

/** A clip that was asked for at a provider of this machine. */
export interface ProviderJob {
  id: string;
  prompt: string;
  body: Record<string, unknown>;
}

/** What a provider says, in its own words. The shapes are those that its package of the AI SDK reads. */
export interface Dialect {
  /** Of the studio. */
  model: string;
  settings(origin: string): ProviderSettings;
  /** Does this request ask for a clip? */
  isStart(request: Received): boolean;
  isAuthorized(request: Received): boolean;
  promptOf(body: Record<string, unknown>): unknown;
  /** Where it is asked by POST how a clip stands. */
  pollPath?: string;
  /** The file's address, as the provider names it. */
  fileOf(job: ProviderJob, origin: string): string;
  started(job: ProviderJob, origin: string): Answer;
  pending(job: ProviderJob, origin: string): Answer;
  done(job: ProviderJob, url: string, origin: string): Answer;
  failed(job: ProviderJob, origin: string): Answer;
  blocked(job: ProviderJob, origin: string): Answer;
  refused(status: number, message: string): unknown;
  /** What is asked for, where it does not come as JSON. */
  bodyOf?(request: Received): Promise<Record<string, unknown>>;
  /** The answer to the asking, where it is the clip itself. */
  whole?(job: ProviderJob, clip: Buffer): { type: string; body: Buffer };
}

export type Answer = [status: number, body: unknown];

const QUEUE = 'https://queue.fal.run';

/** The package of fal has one address and takes no other. */
const queueAt =
  (origin: string): Fetch =>
  async (input, init) =>
    fetch(String(input).replace(QUEUE, origin), init);

const fal: Dialect = {
  model: 'fal/luma-dream-machine/ray-2',
  settings: (origin) => ({ apiKey: KEY, baseURL: origin, fetch: queueAt(origin) }),
  isStart: ({ method, url }) => method === 'POST' && url === '/fal-ai/luma-dream-machine/ray-2',
  isAuthorized: ({ headers }) => headers.authorization === `Key ${KEY}`,
  promptOf: ({ prompt }) => prompt,
  fileOf: ({ id }, origin) => `${origin}/files/${id}`,
  started: ({ id }) => [
    200,
    { status: 'IN_QUEUE', request_id: id, response_url: `${QUEUE}/fal-ai/luma-dream-machine/requests/${id}` },
  ],
  pending: () => [400, { detail: 'Request is still in progress' }],
  done: (_job, url) => [200, { video: { url, content_type: 'video/mp4', file_name: 'output.mp4' } }],
  failed: () => [422, { detail: [{ loc: ['body'], msg: 'The runner gave up.', type: 'runner_error' }] }],
  blocked: () => [
    422,
    { detail: [{ loc: ['body', 'prompt'], msg: 'Flagged by a checker.', type: 'content_policy_violation' }] },
  ],
  refused: (_status, message) => ({ detail: message }),
};

const replicate: Dialect = {
  model: 'replicate/minimax/video-01',
  settings: (origin) => ({ apiKey: KEY, baseURL: `${origin}/v1` }),
  isStart: ({ method, url }) => method === 'POST' && url === '/v1/models/minimax/video-01/predictions',
  isAuthorized: ({ headers }) => headers.authorization === `Bearer ${KEY}`,
  promptOf: ({ input }) => Object(input).prompt,
  fileOf: ({ id }, origin) => `${origin}/files/${id}`,
  started: (job, origin) => [201, prediction(job, origin, { status: 'starting' })],
  pending: (job, origin) => [200, prediction(job, origin, { status: 'processing' })],
  done: (job, output, origin) => [200, prediction(job, origin, { status: 'succeeded', output })],
  failed: (job, origin) => [200, prediction(job, origin, { status: 'failed', error: 'CUDA out of memory' })],
  blocked: (job, origin) => [
    200,
    prediction(job, origin, { status: 'failed', error: 'The input or output was flagged as sensitive. (E005)' }),
  ],
  refused: (status, detail) => ({ title: 'Refused', detail, status }),
};

function prediction({ id, body }: ProviderJob, origin: string, facts: object) {
  return {
    id,
    input: body.input,
    output: null,
    error: null,
    urls: { get: `${origin}/v1/predictions/${id}` },
    ...facts,
  };
}

const xai: Dialect = {
  model: 'xai/grok-imagine-video',
  settings: (origin) => ({ apiKey: KEY, baseURL: `${origin}/v1` }),
  isStart: ({ method, url }) => method === 'POST' && url === '/v1/videos/generations',
  isAuthorized: ({ headers }) => headers.authorization === `Bearer ${KEY}`,
  promptOf: ({ prompt }) => prompt,
  fileOf: ({ id }, origin) => `${origin}/files/${id}`,
  started: ({ id }) => [200, { request_id: id }],
  pending: () => [202, { status: 'pending', progress: 30 }],
  done: (_job, url) => [
    200,
    {
      ...{ status: 'done', model: 'grok-imagine-video', usage: { cost_in_usd_ticks: 2_500_000_000 } },
      video: { url, duration: 4, respect_moderation: true },
    },
  ],
  failed: () => [200, { status: 'failed', error: { code: 'internal_error', message: 'Try again.' } }],
  blocked: (_job, origin) => [200, { status: 'done', video: { url: `${origin}/none`, respect_moderation: false } }],
  refused: (_status, message) => ({ code: 'Invalid argument', error: message }),
};

const google: Dialect = {
  model: 'google/veo-3.1-generate-preview',
  settings: (origin) => ({ apiKey: KEY, baseURL: `${origin}/v1beta` }),
  isStart: ({ method, url }) =>
    method === 'POST' && url === '/v1beta/models/veo-3.1-generate-preview:predictLongRunning',
  isAuthorized: ({ headers }) => headers['x-goog-api-key'] === KEY,
  promptOf: ({ instances }) => Object(instances)[0]?.prompt,
  // Its file asks for the key, and sends whoever has it on to an address that needs none.
  fileOf: ({ id }, origin) => `${origin}/v1beta/files/${id}:download?alt=media`,
  started: (job) => [200, { name: operationOf(job) }],
  pending: (job) => [200, { name: operationOf(job) }],
  done: (job, uri) => [
    200,
    {
      ...{ name: operationOf(job), done: true },
      response: { generateVideoResponse: { generatedSamples: [{ video: { uri } }] } },
    },
  ],
  failed: (job) => [200, { name: operationOf(job), done: true, error: { code: 13, message: 'Internal error.' } }],
  blocked: (job) => [
    200,
    {
      ...{ name: operationOf(job), done: true },
      response: { generateVideoResponse: { raiMediaFilteredCount: 1, raiMediaFilteredReasons: ['Words of it.'] } },
    },
  ],
  refused: (code, message) => ({ error: { code, message, status: 'INVALID_ARGUMENT' } }),
};

function operationOf({ id }: ProviderJob): string {
  return `models/veo-3.1-generate-preview/operations/${id}`;
}

export const DIALECTS = {
  ...{ fal, replicate, xai, google, alibaba, bytedance, gateway },
  'black-forest-labs': blackForestLabs,
} as const;

/** With those that no contract of asking and following fits. */
export const ALL_DIALECTS = { ...DIALECTS, prodia } as const;
