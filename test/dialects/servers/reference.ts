import { mediaTypeOf } from '../../../lib/media/sniff.ts';
import { fieldsOf, segmentsOf, upload } from '../dialect.ts';
import { FAILURE, type Job, type Jobs, MODERATION, pageOf, STATUS_WORDS, type Stage } from '../jobs.ts';
import { CLIP, image, sizeOfImage } from '../media.ts';
import { type Answer, bytes, type Handler, isRecord, json, type Received } from '../server.ts';

const CREATE = ['prompt', 'model', 'seconds', 'size', 'input_reference', 'characters'];
const IMAGES = ['image/jpeg', 'image/png', 'image/webp'];
const CHARACTER = { id: 'char_7', name: 'Ada', created_at: 1_760_000_000 };

export interface ReferenceOptions {
  /** @default '/v1' */
  prefix?: string;
  isAuthorised(request: Received): boolean;
}

/** The Videos API as its inventor specified it, as strict as it was. */
export function referenceHandler(jobs: Jobs, { prefix = '/v1', isAuthorised }: ReferenceOptions): Handler {
  return async (request) => {
    const segments = segmentsOf(request, prefix);
    if (segments === undefined) return refusal(404, `Invalid URL (${request.method} ${request.path})`);
    if (!isAuthorised(request)) return refusal(401, 'Incorrect API key provided.', null, 'invalid_api_key');
    const [first, second] = segments;
    if (first === 'characters') return characters(request, second);
    if (request.method === 'POST') return await make(jobs, request, first, second);
    if (first === undefined) return listed(jobs, request.query);
    const job = jobs.find(first);
    if (job === undefined) return refusal(404, `Video with id '${first}' not found.`, null, 'not_found');
    if (request.method === 'DELETE') {
      jobs.remove(job);
      return json({ id: job.id, object: 'video.deleted', deleted: true });
    }
    return second === 'content' ? content(jobs.stage(job), request) : json(resource(job, jobs.poll(job)));
  };
}

export function refusal(status: number, message: string, param: string | null = null, code: string | null = null) {
  const error = { message, type: 'invalid_request_error', param, code };
  return json({ error }, status, { 'x-request-id': 'req_9f27' });
}

export function resource(job: Job, stage: Stage): Record<string, unknown> {
  return {
    id: job.id,
    object: 'video',
    model: job.fields.model ?? 'sora-2',
    status: STATUS_WORDS[stage],
    progress: { queued: 0, running: 40, completed: 100, failed: 40, moderated: 0 }[stage],
    created_at: job.createdAt,
    completed_at: stage === 'completed' ? job.createdAt + 60 : null,
    expires_at: stage === 'completed' ? job.createdAt + 3_660 : null,
    prompt: job.prompt,
    size: job.fields.size ?? '720x1280',
    seconds: job.fields.seconds ?? '4',
    remixed_from_video_id: null,
    error:
      stage === 'failed'
        ? { code: 'video_generation_failed', message: FAILURE }
        : stage === 'moderated'
          ? { code: 'moderation_blocked', message: MODERATION }
          : null,
  };
}

function listed(jobs: Jobs, query: URLSearchParams): Answer {
  const { page, hasMore } = pageOf(jobs.all, query);
  const data = page.map((job) => resource(job, jobs.stage(job)));
  const [first, last] = [page[0]?.id ?? null, page.at(-1)?.id ?? null];
  return json({ object: 'list', data, first_id: first, last_id: last, has_more: hasMore });
}

function content(stage: Stage, { query }: Received): Answer {
  if (stage !== 'completed')
    return refusal(400, 'Video is not ready yet, use GET /v1/videos/{id} to check its status.');
  const variant = query.get('variant') ?? 'video';
  if (variant === 'video') return bytes(CLIP);
  if (variant === 'thumbnail') return bytes(image('64x36', 'webp'), 'image/webp');
  return variant === 'spritesheet' ? bytes(image('128x72'), 'image/jpeg') : refusal(400, 'Invalid variant.', 'variant');
}

async function make(jobs: Jobs, request: Received, first?: string, second?: string): Promise<Answer> {
  const fields = fieldsOf(request);
  if (typeof fields.prompt !== 'string') return refusal(400, "Missing required parameter: 'prompt'.", 'prompt');
  if (first === 'edits' || first === 'extensions') {
    const hasSource = isRecord(fields.video) || upload(request, 'video') !== undefined;
    if (!hasSource) return refusal(400, "Missing required parameter: 'video'.", 'video');
    if (first === 'extensions' && typeof fields.seconds !== 'string') return wrongSeconds();
  } else if (second === 'remix') {
    if (jobs.find(first ?? '') === undefined) return refusal(404, `Video with id '${first}' not found.`);
  } else {
    const problem = await createProblem(request, fields);
    if (problem !== undefined) return problem;
  }
  const job = jobs.make(fields, imageOf(request, fields));
  return json(resource(job, 'queued'), 200, { 'x-request-id': 'req_9f27' });
}

function wrongSeconds(): Answer {
  const message = "Invalid type for 'seconds': expected one of '4', '8', or '12', but got an integer instead.";
  return refusal(400, message, 'seconds', 'invalid_type');
}

async function createProblem(request: Received, fields: Record<string, unknown>): Promise<Answer | undefined> {
  const names = [...Object.keys(fields), ...request.parts.map(({ name }) => name)];
  const unknown = names.find((name) => !CREATE.includes(name.replace(/\[.*$/, '')));
  if (unknown !== undefined) return refusal(400, `Unknown parameter: '${unknown}'.`, unknown, 'unknown_parameter');
  if (fields.seconds !== undefined && typeof fields.seconds !== 'string') return wrongSeconds();
  const reference = fields.input_reference;
  const part = upload(request, 'input_reference');
  if (typeof reference === 'string') {
    const expected = request.isMultipart ? 'a file' : 'an object';
    const message = `Invalid type for 'input_reference': expected ${expected}, but got a string instead.`;
    return refusal(400, message, 'input_reference', 'invalid_type');
  }
  if (part !== undefined) {
    const type = part.contentType ?? 'application/octet-stream';
    const isReal = IMAGES.includes(type) && type === (await mediaTypeOf(part.bytes));
    if (!isReal) return refusal(400, `Invalid file 'input_reference': unsupported mimetype ('${type}').`);
    return await sizeProblem(part.bytes, fields.size);
  }
  const data = isRecord(reference) ? /^data:image\/\w+;base64,(.*)$/s.exec(String(reference.image_url)) : undefined;
  return data ? await sizeProblem(Buffer.from(data[1] ?? '', 'base64'), fields.size) : undefined;
}

async function sizeProblem(image: Buffer, size: unknown = '720x1280'): Promise<Answer | undefined> {
  return (await sizeOfImage(image)) === size
    ? undefined
    : refusal(400, 'Inpaint image must match the requested width and height');
}

function imageOf(request: Received, { input_reference, ...fields }: Record<string, unknown>): Job['image'] {
  if (upload(request, 'input_reference') !== undefined) return 'upload';
  const url = isRecord(input_reference) ? input_reference.image_url : fields['input_reference[image_url]'];
  if (typeof url === 'string') return url.startsWith('data:') ? 'data' : 'url';
  return isRecord(input_reference) ? 'file_id' : undefined;
}

function characters(request: Received, id?: string): Answer {
  if (request.method === 'GET') return id === CHARACTER.id ? json(CHARACTER) : refusal(404, 'No such character.');
  const isWhole = request.isMultipart && upload(request, 'video') !== undefined;
  return isWhole
    ? json({ ...CHARACTER, name: fieldsOf(request).name ?? null })
    : refusal(400, 'Expected a video file.');
}
