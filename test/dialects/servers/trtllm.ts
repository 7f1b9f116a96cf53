import { type Dialect, EDITING, fieldsOf, segmentsOf, startDialect, upload } from '../dialect.ts';
import { createJobs, FAILURE, type Job, type Jobs, MODERATION, type Stage } from '../jobs.ts';
import { CLIP } from '../media.ts';
import { type Answer, bytes, isRecord, json, type Received } from '../server.ts';

const FIELDS = [
  'prompt',
  'model',
  'seconds',
  'size',
  'width',
  'height',
  'fps',
  'num_frames',
  'seed',
  'negative_prompt',
];
const IMAGE_FIELDS = ['image_reference', 'input_reference', 'response_format', 'format'];

/** Every field is known or refused; a job's reason of failure is a plain text. */
export function startTrtllm(): Promise<Dialect> {
  const jobs = createJobs((number) => `video_trt${number}`, { pollsToEnd: 4 });
  const facts = {
    name: 'TensorRT-LLM',
    server: 'tensorrt-llm',
    connection: {},
    offers: ['list', 'delete'],
    refuses: EDITING,
    variants: ['video'],
  } as const;
  return startDialect(facts, jobs, (request) => {
    const segments = segmentsOf(request);
    if (segments === undefined || segments.length > 2) return json({ detail: 'Not Found' }, 404);
    const [id, action] = segments;
    if (id === undefined) return request.method === 'POST' ? make(jobs, request) : listed(jobs);
    if (action !== undefined && action !== 'content') return json({ detail: 'Not Found' }, 404);
    if (request.method === 'POST') return json({ detail: 'Method Not Allowed' }, 405);
    const job = jobs.find(id);
    if (job === undefined) return refusal(`Video ${id} not found`, 404);
    if (action === 'content') return content(job, jobs.stage(job));
    if (request.method === 'GET') return json(resource(job, jobs.poll(job)));
    jobs.remove(job);
    return json({ deleted: true });
  });
}

function refusal(message: string, status: number): Answer {
  return json({ object: 'error', message, type: 'BadRequestError', param: null, code: status }, status);
}

function make(jobs: Jobs, request: Received): Answer {
  const fields = fieldsOf(request);
  const unknown = Object.keys(fields).find((name) => ![...FIELDS, ...IMAGE_FIELDS].includes(name));
  if (unknown !== undefined) return refusal(`Unknown request field: ${unknown}`, 422);
  const { seconds = 4, input_reference, image_reference } = fields;
  if (Number.isNaN(Number(seconds)) || Number(seconds) > 60) return refusal('seconds must be a number up to 60', 422);
  if (isRecord(input_reference)) return refusal('input_reference: Input should be a valid string', 422);
  const url = isRecord(image_reference) ? image_reference.image_url : image_reference;
  if (url !== undefined && typeof url !== 'string') return refusal('image_reference: Input should be a URL', 422);
  const isData = url?.startsWith('data:') || input_reference !== undefined;
  const image = upload(request, 'input_reference') ? 'upload' : isData ? 'data' : url === undefined ? undefined : 'url';
  return json(resource(jobs.make(fields, image), 'queued'), 202);
}

/** All there is, whatever page was asked for. */
function listed(jobs: Jobs): Answer {
  return json({ object: 'list', data: jobs.all.map((job) => resource(job, jobs.stage(job))) });
}

function content(job: Job, stage: Stage): Answer {
  if (stage !== 'completed') return refusal('Video generation is not completed', 400);
  return job.fields.response_format === 'path' ? json({ path: `/srv/trtllm/media/${job.id}.mp4` }) : bytes(CLIP);
}

function resource(job: Job, stage: Stage): Record<string, unknown> {
  const running = job.polls < 3 ? 'generating' : 'postprocessing';
  return {
    id: job.id,
    object: 'video',
    model: 'wan',
    prompt: job.prompt,
    status: { queued: 'queued', running, completed: 'completed', failed: 'failed', moderated: 'failed' }[stage],
    progress: null,
    created_at: job.createdAt,
    duration: Number(job.fields.seconds ?? 4),
    error: stage === 'failed' ? FAILURE : stage === 'moderated' ? `content_policy_violation: ${MODERATION}` : null,
  };
}
