import { type Dialect, EDITING, fieldsOf, segmentsOf, startDialect, upload } from '../dialect.ts';
import { createJobs, FAILURE, type Job, type Jobs, MODERATION, pageOf, type Stage } from '../jobs.ts';
import { CLIP } from '../media.ts';
import { type Answer, bytes, json, type Received } from '../server.ts';

const STATUS = { queued: 'queued', running: 'queued', completed: 'completed', failed: 'failed', moderated: 'failed' };

export interface SglangOptions {
  /** Where finished clips are put instead of on the server itself. */
  cloudUrl?: string;
}

/** FastAPI without error handlers of its own; a job is `queued` until it ends, and its files' paths are told to all. */
export function startSglang({ cloudUrl }: SglangOptions = {}): Promise<Dialect> {
  const jobs = createJobs((number) => `6f1c2a90-0000-4000-8000-00000000000${number}`);
  const facts = {
    name: 'SGLang',
    server: 'sglang',
    connection: {},
    offers: ['list', 'delete'],
    refuses: EDITING,
    variants: ['video'],
  } as const;
  return startDialect(facts, jobs, (request) => {
    const segments = segmentsOf(request);
    if (segments === undefined || segments.length > 2) return detail('Not Found', 404);
    const [id, action] = segments;
    if (id === undefined)
      return request.method === 'POST' ? make(jobs, request, cloudUrl) : listed(jobs, request, cloudUrl);
    if (action !== undefined && action !== 'content') return detail('Not Found', 404);
    if (request.method === 'POST') return detail('Method Not Allowed', 405);
    const job = jobs.find(id);
    if (job === undefined) return detail('Video not found', 404);
    if (action === 'content') return content(jobs.stage(job), request.query, cloudUrl);
    if (request.method === 'GET') return json(resource(job, jobs.poll(job), cloudUrl));
    jobs.remove(job);
    return json({ ...resource(job, jobs.stage(job), cloudUrl), status: 'deleted' });
  });
}

function detail(message: string, status: number): Answer {
  return json({ detail: message }, status);
}

function make(jobs: Jobs, request: Received, cloudUrl: string | undefined): Answer {
  const { input_reference, reference_url, ...fields } = fieldsOf(request);
  if (typeof fields.prompt !== 'string') {
    return json({ detail: [{ type: 'missing', loc: ['body', 'prompt'], msg: 'Field required' }] }, 422);
  }
  if (typeof input_reference === 'object') return detail('Invalid request body', 400);
  const url = reference_url ?? input_reference;
  const isData = typeof url === 'string' && url.startsWith('data:');
  const job = jobs.make(
    fields,
    upload(request, 'input_reference') ? 'upload' : isData ? 'data' : typeof url === 'string' ? 'url' : undefined,
  );
  return json(resource(job, 'queued', cloudUrl));
}

function listed(jobs: Jobs, { query }: Received, cloudUrl: string | undefined): Answer {
  const limit = Number(query.get('limit') ?? 20);
  if (limit < 1 || limit > 100) {
    const problem = { type: 'greater_than_equal', loc: ['query', 'limit'], msg: 'Input should be from 1 to 100' };
    return json({ detail: [problem] }, 422);
  }
  const { page } = pageOf(jobs.all, query);
  return json({ object: 'list', data: page.map((job) => resource(job, jobs.stage(job), cloudUrl)) });
}

function content(stage: Stage, query: URLSearchParams, cloudUrl: string | undefined): Answer {
  const variant = query.get('variant');
  if (variant !== null && !/^\d+$/.test(variant)) return detail(`Video variant ${variant} not found`, 404);
  if (stage !== 'completed') return detail('Generation is still in-progress', 404);
  return cloudUrl === undefined
    ? bytes(CLIP)
    : detail(`Video has been uploaded. Please use the cloud URL: ${cloudUrl}`, 400);
}

function resource(job: Job, stage: Stage, cloudUrl: string | undefined): Record<string, unknown> {
  const isDone = stage === 'completed';
  const message =
    stage === 'failed' ? FAILURE : stage === 'moderated' ? `content_policy_violation: ${MODERATION}` : null;
  return {
    id: job.id,
    object: 'video',
    model: null,
    status: STATUS[stage],
    progress: isDone ? 100 : 0,
    created_at: job.createdAt,
    size: job.fields.size ?? '',
    seconds: String(job.fields.seconds ?? 4),
    quality: 'standard',
    url: isDone ? (cloudUrl ?? null) : null,
    remixed_from_video_id: null,
    completed_at: isDone ? job.createdAt + 60 : null,
    expires_at: null,
    error: message === null ? null : { message },
    file_path: `/srv/sglang/outputs/${job.id}.mp4`,
    file_paths: [`/srv/sglang/outputs/${job.id}.mp4`],
    num_outputs: 1,
    peak_memory_mb: isDone ? 41_234.5 : null,
    inference_time_s: isDone ? 61.7 : null,
  };
}
