import { KEY } from '../../support/key.ts';
import { type Dialect, EDITING, fieldsOf, segmentsOf, startDialect, upload } from '../dialect.ts';
import { createJobs, FAILURE, type Job, type Jobs, MODERATION, pageOf, STATUS_WORDS, type Stage } from '../jobs.ts';
import { CLIP } from '../media.ts';
import { type Answer, bytes, json, type Received } from '../server.ts';

const PHRASES: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
};

export interface VllmOmniOptions {
  /** How a JSON body is turned away; versions differ. @default 'vllm' */
  jsonRefusal?: 'vllm' | 'fastapi' | 'media type';
}

/** Multipart only; a failed job is an HTTP error that carries the job; deleting cancels. */
export function startVllmOmni({ jsonRefusal = 'vllm' }: VllmOmniOptions = {}): Promise<Dialect> {
  const jobs = createJobs((number) => `video_gen_${'abcdef0123456789'.repeat(2)}${number}`);
  const facts = {
    name: 'vLLM-Omni',
    server: 'vllm-omni',
    connection: { apiKey: KEY },
    offers: ['list', 'delete'],
    refuses: EDITING,
    variants: ['video'],
  } as const;
  return startDialect(facts, jobs, (request) => {
    if (request.headers.authorization !== `Bearer ${KEY}`) return json({ error: 'Unauthorized' }, 401);
    const segments = segmentsOf(request);
    if (segments === undefined || segments.length > 2) return refusal('Not Found', 404);
    const [id, action] = segments;
    if (id === undefined)
      return request.method === 'POST' ? make(jobs, request, jsonRefusal) : listed(jobs, request.query);
    if (action !== undefined && action !== 'content') return refusal('Not Found', 404);
    if (request.method === 'POST') return refusal('Method Not Allowed', 405);
    const job = jobs.find(id);
    if (job === undefined) return refusal(`Video ${id} not found`, 404);
    if (action === 'content') return content(jobs.stage(job));
    return request.method === 'DELETE' ? cancelled(jobs, job) : polled(jobs, job);
  });
}

function refusal(message: string, status: number, param: string | null = null): Answer {
  return json({ error: { message, type: PHRASES[status], param, code: status } }, status);
}

function bodyRefusal(manner: VllmOmniOptions['jsonRefusal']): Answer {
  if (manner === 'media type') return refusal('Unsupported Media Type: expected multipart/form-data', 415);
  if (manner === 'fastapi') {
    return json({ detail: [{ type: 'missing', loc: ['body', 'prompt'], msg: 'Field required', input: null }] }, 422);
  }
  const problem = "{'type': 'missing', 'loc': ('body', 'prompt'), 'msg': 'Field required', 'input': None}";
  return refusal(`1 validation error:\n  ${problem}`, 400);
}

function make(jobs: Jobs, request: Received, manner: VllmOmniOptions['jsonRefusal']): Answer {
  if (!request.isMultipart) return bodyRefusal(manner);
  const fields = fieldsOf(request);
  if (fields.prompt === undefined) return bodyRefusal(manner);
  if (fields.model !== undefined && fields.model !== 'Wan2.2') {
    return refusal(`Model mismatch: request specifies '${fields.model}' but server is running 'Wan2.2'.`, 400, 'model');
  }
  const file = upload(request, 'input_reference');
  const url = fields.image_reference === undefined ? undefined : imageUrl(fields.image_reference);
  if (url === null) return refusal('image_reference must be a JSON object with image_url', 400, 'image_reference');
  if (file && url) return refusal('input_reference and image_reference are exclusive', 400);
  const isData = url?.startsWith('data:');
  const job = jobs.make(fields, file ? 'upload' : url === undefined ? undefined : isData ? 'data' : 'url');
  return json(resource(job, 'queued'));
}

/** @returns null where the text is not what the server understands */
function imageUrl(text: unknown): string | null {
  try {
    const { image_url } = JSON.parse(String(text));
    return typeof image_url === 'string' ? image_url : null;
  } catch {
    return null;
  }
}

function polled(jobs: Jobs, job: Job): Answer {
  const stage = jobs.poll(job);
  return json(resource(job, stage), stage === 'failed' || stage === 'moderated' ? 500 : 200);
}

/** Cancelling takes a moment: the word `slowly` in the prompt makes the first call find it going on. */
function cancelled(jobs: Jobs, job: Job): Answer {
  if (job.prompt.includes('slowly') && !job.isCancelling) {
    job.isCancelling = true;
    return refusal('Cancellation in progress', 409);
  }
  jobs.remove(job);
  return json({ id: job.id, object: 'video.deleted', deleted: true });
}

function content(stage: Stage): Answer {
  if (stage === 'failed' || stage === 'moderated') return refusal('Video generation failed', 422);
  return stage === 'completed' ? bytes(CLIP) : refusal('Generation is still in-progress', 404);
}

function listed(jobs: Jobs, query: URLSearchParams): Answer {
  const { page, hasMore } = pageOf(jobs.all, query);
  const data = page.map((job) => resource(job, jobs.stage(job)));
  const [first, last] = [page[0]?.id ?? null, page.at(-1)?.id ?? null];
  return json({ object: 'list', data, first_id: first, last_id: last, has_more: hasMore });
}

function resource(job: Job, stage: Stage): Record<string, unknown> {
  return {
    id: job.id,
    object: 'video',
    model: 'Wan2.2',
    prompt: job.prompt,
    status: STATUS_WORDS[stage],
    progress: stage === 'completed' ? 100 : 0,
    size: job.fields.size ?? null,
    seconds: job.fields.seconds ?? '4',
    quality: 'standard',
    created_at: job.createdAt,
    error:
      stage === 'failed'
        ? { code: 500, message: FAILURE }
        : stage === 'moderated'
          ? { code: 'content_filter', message: MODERATION }
          : null,
    media_type: 'video/mp4',
  };
}
