import { KEY } from '../../support/key.ts';
import type { Received } from '../../support/server.ts';
import type { Dialect } from './dialects.ts';

const TASKS = '/api/v3/contents/generations/tasks';

export const bytedance: Dialect = {
  model: 'bytedance/seedance-1-5-pro-251215',
  settings: (origin) => ({ apiKey: KEY, baseURL: `${origin}/api/v3` }),
  isStart: ({ method, url }) => method === 'POST' && url === TASKS,
  isAuthorized: ({ headers }) => headers.authorization === `Bearer ${KEY}`,
  promptOf: ({ content }) => Object(content)[0]?.text,
  fileOf: ({ id }, origin) => `${origin}/files/${id}`,
  started: ({ id }) => [200, { id }],
  pending: ({ id }) => [200, { id, status: 'running' }],
  done: ({ id }, video_url) => [
    200,
    { id, status: 'succeeded', content: { video_url }, usage: { completion_tokens: 108_900 } },
  ],
  failed: ({ id }) => [
    200,
    { id, status: 'failed', error: { code: 'InternalServiceError', message: 'The runner gave up.' } },
  ],
  blocked: ({ id }) => [
    200,
    { id, status: 'failed', error: { code: 'OutputVideoSensitiveContentDetected', message: 'Something in it.' } },
  ],
  refused: (_status, message) => ({ error: { code: 'InvalidParameter', message, type: 'BadRequest' } }),
};

const BOUNDARY = 'between-the-parts';

export const prodia: Dialect = {
  model: 'prodia/inference.wan2-2.lightning.txt2vid.v0',
  settings: (origin) => ({ apiKey: KEY, baseURL: `${origin}/v2` }),
  isStart: ({ method, url }) => method === 'POST' && url === '/v2/job?price=true',
  isAuthorized: ({ headers }) => headers.authorization === `Bearer ${KEY}`,
  bodyOf: jobOf,
  promptOf: ({ config }) => Object(config).prompt,
  fileOf: () => '',
  started: () => [500, {}],
  pending: () => [500, {}],
  done: () => [500, {}],
  failed: () => [500, { error: 'The runner gave up.' }],
  blocked: () => [400, { error: 'The result was held back for safety.' }],
  refused: (_status, message) => ({ error: message }),
  whole({ id }, clip) {
    const job = { id, state: { current: 'completed' }, price: { product: 'wan2-2', dollars: 0.03 } };
    const body = Buffer.concat([
      part('job', 'application/json', Buffer.from(JSON.stringify(job))),
      part('output', 'video/mp4', clip),
      Buffer.from(`--${BOUNDARY}--\r\n`),
    ]);
    return { type: `multipart/form-data; boundary=${BOUNDARY}`, body };
  },
};

function part(name: string, type: string, content: Buffer): Buffer {
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\ncontent-type: ${type}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), content, Buffer.from('\r\n')]);
}

/** With a picture it comes as a form: the job, and the picture beside it. */
async function jobOf({ headers, body }: Received): Promise<Record<string, unknown>> {
  const type = headers['content-type'] ?? '';
  if (!type.startsWith('multipart/')) return JSON.parse(body.toString());
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const [job, input] = [form.get('job'), form.get('input')];
  if (!(job instanceof Blob && input instanceof Blob)) throw new Error('The form has no job or no picture.');
  return { ...JSON.parse(await job.text()), input: Buffer.from(await input.arrayBuffer()).toString('base64') };
}
