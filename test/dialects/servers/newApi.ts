import { KEY } from '../../support/key.ts';
import { type Dialect, fieldsOf, segmentsOf, startDialect, upload } from '../dialect.ts';
import { createJobs, FAILURE, type Job, type Jobs, MODERATION, type Stage } from '../jobs.ts';
import { CLIP } from '../media.ts';
import { type Answer, bytes, json, type Received } from '../server.ts';

const STATUS = {
  queued: 'NOT_START',
  running: 'IN_PROGRESS',
  completed: 'succeeded',
  failed: 'FAILURE',
  moderated: 'FAILURE',
};

export interface NewApiOptions {
  /** Where clips lie instead of behind `content`. */
  clipUrl?: string;
}

/** A gateway that wraps its answers and calls a job a task. */
export function startNewApi({ clipUrl }: NewApiOptions = {}): Promise<Dialect> {
  const jobs = createJobs((number) => `task_a8Xk${number}`);
  const facts = {
    name: 'new-api',
    server: 'new-api',
    connection: { apiKey: KEY },
    offers: ['remix'],
    refuses: ['list', 'delete', 'edit', 'extend', 'createCharacter', 'retrieveCharacter'],
    variants: ['video'],
  } as const;
  return startDialect(facts, jobs, (request) => {
    const [id, action] = segmentsOf(request) ?? [];
    if (request.headers.authorization !== `Bearer ${KEY}`) return refusal('Invalid token', 401, 'invalid_token');
    const isRemix = request.method === 'POST' && action === 'remix';
    if (request.method === 'POST' && (id === undefined || isRemix)) return make(jobs, request, id);
    const isRead = request.method === 'GET' && id !== undefined && (action === undefined || action === 'content');
    if (!isRead) return noRoute(request);
    const job = jobs.find(id);
    if (job === undefined) return refusal('task_not_exist', 400, 'task_not_exist');
    if (action === 'content') return content(jobs.stage(job), clipUrl, request);
    return json({ code: 'success', message: '', data: resource(job, jobs.poll(job), clipUrl) });
  });
}

function refusal(message: string, status: number, code: string): Answer {
  return json({ message, code }, status);
}

function noRoute({ method, path }: Received): Answer {
  const message = `Invalid URL (${method} ${path})`;
  return json({ error: { message, type: 'invalid_request_error', param: '', code: '' } }, 404);
}

function make(jobs: Jobs, request: Received, source?: string): Answer {
  const { input_reference, ...fields } = fieldsOf(request);
  if (source !== undefined && !jobs.find(source)) return refusal('task_not_exist', 400, 'task_not_exist');
  const reference = JSON.stringify(input_reference ?? '');
  const isUpload = upload(request, 'input_reference') !== undefined;
  const byUrl = reference.includes('data:image') ? 'data' : reference.includes('http') ? 'url' : undefined;
  const job = jobs.make(fields, isUpload ? 'upload' : byUrl);
  return json({ code: 'success', message: '', data: resource(job, 'queued', undefined) });
}

function content(stage: Stage, clipUrl: string | undefined, request: Received): Answer {
  if (stage !== 'completed') {
    return refusal(`Task is not completed yet, current status: ${STATUS[stage]}`, 400, 'invalid_request_error');
  }
  return clipUrl === undefined ? bytes(CLIP) : noRoute(request);
}

function resource(job: Job, stage: Stage, clipUrl: string | undefined): Record<string, unknown> {
  const error =
    stage === 'failed'
      ? { message: FAILURE, code: 'upstream_error' }
      : stage === 'moderated'
        ? { message: MODERATION, code: 'content_policy_violation' }
        : undefined;
  return {
    task_id: job.id,
    object: 'video',
    status: STATUS[stage],
    progress: stage === 'completed' ? '100%' : '30%',
    created_at: job.createdAt,
    seconds: job.fields.seconds ?? '4',
    ...(error && { error }),
    ...(stage === 'completed' && clipUrl !== undefined && { metadata: { url: clipUrl } }),
    usage: { duration_seconds: 4 },
  };
}
