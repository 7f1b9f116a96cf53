import { KEY } from '../../support/key.ts';
import type { Dialect, ProviderJob } from './dialects.ts';

const VIDEO = '/api/v1/services/aigc/video-generation/video-synthesis';

export const alibaba: Dialect = {
  model: 'alibaba/wan3.0-video',
  settings: (origin) => ({ apiKey: KEY, baseURL: origin }),
  isStart: ({ method, url, headers }) =>
    method === 'POST' && url === VIDEO && headers['x-dashscope-async'] === 'enable',
  isAuthorized: ({ headers }) => headers.authorization === `Bearer ${KEY}`,
  promptOf: ({ input }) => Object(input).prompt,
  fileOf: ({ id }, origin) => `${origin}/files/${id}`,
  started: (job) => [200, task(job, { task_status: 'PENDING' })],
  pending: (job) => [200, task(job, { task_status: 'RUNNING' })],
  done: (job, video_url) => [200, task(job, { task_status: 'SUCCEEDED', video_url })],
  failed: (job) => [200, task(job, { task_status: 'FAILED', code: 'InternalError', message: 'The runner gave up.' })],
  blocked: (job) => [
    200,
    task(job, {
      ...{ task_status: 'FAILED', code: 'DataInspectionFailed' },
      message: 'Output data may contain inappropriate content.',
    }),
  ],
  refused: (_status, message) => ({ code: 'InvalidParameter', message, request_id: 'r1' }),
};

function task({ id }: ProviderJob, facts: object) {
  return { output: { task_id: id, ...facts }, request_id: 'r1' };
}

export const blackForestLabs: Dialect = {
  model: 'black-forest-labs/flux-3-video',
  settings: (origin) => ({ apiKey: KEY, baseURL: `${origin}/v1` }),
  isStart: ({ method, url }) => method === 'POST' && url === '/v1/flux-3-video',
  isAuthorized: ({ headers }) => headers['x-key'] === KEY,
  promptOf: ({ prompt }) => prompt,
  fileOf: ({ id }, origin) => `${origin}/files/${id}`,
  started: ({ id }, origin) => [200, { id, polling_url: `${origin}/v1/get_result?id=${id}`, cost: 40 }],
  pending: ({ id }) => [200, { id, status: 'Pending' }],
  done: ({ id }, sample) => [200, { id, status: 'Ready', result: { sample }, cost: 38.5 }],
  failed: ({ id }) => [200, { id, status: 'Error', details: { reason: 'The runner gave up.' } }],
  blocked: ({ id }) => [200, { id, status: 'Content Moderated', details: 'Something in it.' }],
  refused: (_status, detail) => ({ detail }),
};

const GATEWAY_ERRORS: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  429: 'rate_limit_exceeded',
};

export const gateway: Dialect = {
  model: 'gateway/google/veo-3.1-generate-preview',
  settings: (origin) => ({ apiKey: KEY, baseURL: `${origin}/v4/ai` }),
  isStart: ({ method, url, headers }) =>
    method === 'POST' &&
    url === '/v4/ai/video-model/start' &&
    headers['ai-model-id'] === 'google/veo-3.1-generate-preview',
  isAuthorized: ({ headers }) => headers.authorization === `Bearer ${KEY}`,
  promptOf: ({ prompt }) => prompt,
  pollPath: '/v4/ai/video-model/status',
  fileOf: ({ id }, origin) => `${origin}/files/${id}`,
  started: ({ id }) => [200, { operation: { number: id } }],
  pending: () => [200, { status: 'pending' }],
  done: (_job, url) => [
    200,
    {
      ...{ status: 'completed', videos: [{ type: 'url', url, mediaType: 'video/mp4' }] },
      providerMetadata: { gateway: { cost: '0.4' } },
    },
  ],
  failed: () => [200, { status: 'error', error: 'The runner gave up.' }],
  blocked: () => [200, { status: 'error', error: 'Held back by its safety filters.' }],
  refused: (status, message) => ({
    error: { message, type: GATEWAY_ERRORS[status] ?? 'internal_server_error', param: null, code: null },
  }),
};
