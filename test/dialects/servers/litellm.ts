import { KEY } from '../../support/key.ts';
import { type Dialect, fieldsOf, segmentsOf, startDialect, upload } from '../dialect.ts';
import { createJobs, FAILURE, type Job, type Jobs, MODERATION, type Stage } from '../jobs.ts';
import { CLIP } from '../media.ts';
import { type Answer, bytes, isRecord, json, type Received } from '../server.ts';

const STATUS = {
  queued: 'queued',
  running: 'processing',
  completed: 'completed',
  failed: 'failed',
  moderated: 'failed',
};

/** `+`, `/` and `=` all appear in it. */
function encodedId(model: string, number: number): string {
  const tail = Buffer.from([0xfb, 0xef, 0xff, 0xfe]).toString('base64');
  const text = Buffer.from(`litellm:custom_llm_provider:openai;model_id:${model};video_id:v${number}`);
  return `video_${text.toString('base64').replaceAll('=', '')}${tail}`;
}

/** A proxy that hides the upstream's id in its own, and writes that one differently in every poll. */
export function startLitellm(): Promise<Dialect> {
  const jobs = createJobs((number) => encodedId('sora-2', number));
  const facts = {
    name: 'LiteLLM',
    server: 'litellm',
    connection: { headers: { 'x-litellm-api-key': KEY }, query: { custom_llm_provider: 'openai' } },
    offers: ['list', 'remix', 'edit', 'extend', 'createCharacter', 'retrieveCharacter'],
    refuses: ['delete'],
    variants: ['video'],
  } as const;
  return startDialect(facts, jobs, (request) => {
    const key = request.headers['x-litellm-api-key'] ?? request.headers.authorization;
    if (key !== KEY && key !== `Bearer ${KEY}`) return refusal('Authentication Error, No api key passed in.', 401);
    const segments = segmentsOf(request);
    if (segments === undefined || segments.length > 2) return json({ detail: 'Not Found' }, 404);
    const [first, second] = segments;
    if (request.method === 'DELETE') return json({ detail: 'Method Not Allowed' }, 405);
    if (first === 'characters') return json({ id: 'character_YTpi==', name: 'Ada', created_at: 1_760_000_000 });
    if (request.method === 'POST') return make(jobs, request, first, second);
    if (first === undefined) return listed(jobs, request.query);
    const job = jobs.find(first);
    if (job === undefined) return refusal('Video not found', 404);
    if (second !== 'content') return json({ ...resource(job, jobs.poll(job)), id: encodedId('gpt-other', job.polls) });
    return jobs.stage(job) === 'completed' ? bytes(CLIP) : refusal('litellm.BadRequestError: not ready', 400);
  });
}

function refusal(message: string, status: number): Answer {
  return json({ error: { message, type: 'None', param: 'None', code: String(status) } }, status);
}

function make(jobs: Jobs, request: Received, first?: string, second?: string): Answer {
  const { input_reference, ...fields } = fieldsOf(request);
  if (typeof fields.prompt !== 'string') return refusal('prompt is required', 400);
  if (second === 'remix' && jobs.find(first ?? '') === undefined) return refusal('Video not found', 404);
  const url = isRecord(input_reference) ? String(input_reference.image_url) : undefined;
  const isData = url?.startsWith('data:');
  const image = upload(request, 'input_reference') ? 'upload' : url === undefined ? undefined : isData ? 'data' : 'url';
  return json(resource(jobs.make(fields, image), 'queued'));
}

/** Other users' jobs are taken out after paging, so a page may be empty though more come. */
function listed(jobs: Jobs, query: URLSearchParams): Answer {
  if (query.get('custom_llm_provider') === null) return refusal('custom_llm_provider is required', 400);
  const all = jobs.all.flatMap((job, index) =>
    index === 2 ? [{ id: 'video_foreign1' }, { id: 'video_foreign2' }, job] : [job],
  );
  const after = query.get('after');
  const rest = after === null ? all : all.slice(all.findIndex(({ id }) => id === after) + 1);
  const page = rest.slice(0, Number(query.get('limit') ?? 20));
  const data = page.flatMap((job) => ('prompt' in job ? [resource(job, jobs.stage(job))] : []));
  const lastId = page.at(-1)?.id ?? null;
  return json({
    object: 'list',
    data,
    first_id: page[0]?.id ?? null,
    last_id: lastId,
    has_more: rest.length > page.length,
  });
}

function resource(job: Job, stage: Stage): Record<string, unknown> {
  return {
    id: job.id,
    object: 'video',
    status: STATUS[stage],
    created_at: job.createdAt,
    seconds: job.fields.seconds ?? '4',
    size: job.fields.size ?? '720x1280',
    usage: { duration_seconds: 4 },
    ...(stage === 'failed' && { error: { code: 'upstream_error', message: FAILURE } }),
    ...(stage === 'moderated' && { error: { code: 'content_policy_violation', message: MODERATION } }),
  };
}
