import type { FastifyInstance, FastifyRequest } from 'fastify';
import { systemCode } from '../errors.ts';
import { RequestError, videoResource } from './answers.ts';
import type { Revision } from './engines/engine.ts';
import { choice, type Fields, promptOf, readFields, requireValue } from './fields.ts';
import type { Job } from './job.ts';
import type { Jobs } from './jobs.ts';
import { idOf, SECONDS } from './requests.ts';
import { secondsOf } from './secondsOf.ts';
import { type Sender, senderOf } from './sender.ts';
import { readVideoUpload, VideoUpload } from './videoUpload.ts';

const MOST_SECONDS = 120;
const MOST_EXTENSIONS = 6;
const MOST_CHANGES = 50;
/** More than the longest clip at the largest size has. */
const MAX_CLIP_BYTES = 1024 ** 3;
const WITH_CLIP = { config: { formBytes: MAX_CLIP_BYTES + 1024 ** 2 } };

export interface RevisionsOptions {
  jobs: Jobs;
  find(id: string): Promise<Job>;
  callerOf(request: FastifyRequest): string;
}

/** Remix, edit and extension: each makes a new job on the changed recipe of a completed one. */
export function registerRevisions(server: FastifyInstance, { jobs, find, callerOf }: RevisionsOptions): void {
  const start = async (source: Job, revision: Revision, sender: Sender) => {
    requireCompleted(source);
    requireFewChanges(source);
    if (revision.kind === 'extension') requireRoom(source, revision.seconds);
    const job = await jobs.revise(source, revision, sender).catch(async (error) => {
      if (systemCode(error) !== 'ENOENT') throw error;
      // Its reference image was gone when it was to be copied: as a rule because the job was deleted meanwhile.
      await find(source.id);
      throw new RequestError(
        400,
        `The reference image of video '${source.id}' is gone: it cannot be changed any more.`,
        {
          param: 'video',
          code: 'unsupported_video',
        },
      );
    });
    if (job) return videoResource(job);
    throw new RequestError(
      400,
      `Video '${source.id}' was made by ${source.engine}: only clips of the engine that runs here can be changed, because ` +
        'it draws them anew from their recipes. Make a new clip with the changed prompt.',
      { param: 'video', code: 'unsupported_video' },
    );
  };

  const admitted = async (request: FastifyRequest): Promise<Sender> => {
    const sender = senderOf(request, callerOf(request));
    await jobs.requireRoom(sender.caller);
    return sender;
  };

  const sourceOf = async ({ video }: Fields): Promise<Job> => {
    requireValue('video', video);
    if (video instanceof VideoUpload) return findUploaded(video);
    const id = idOf(video);
    if (id !== undefined) return find(id);
    throw new RequestError(
      400,
      "Invalid 'video': expected an object with the 'id' of a video, nothing else, or a file.",
      {
        param: 'video',
        code: 'invalid_type',
      },
    );
  };

  const findUploaded = async ({ sha256 }: VideoUpload): Promise<Job> => {
    const job = await jobs.findByDigest(sha256);
    if (job) return job;
    throw new RequestError(
      400,
      'This video was not made by this studio, or its job was deleted. The studio redraws its own clips from their ' +
        'recipes and cannot change other footage: send the unchanged file of one of its clips, or { id } of a completed job.',
      { param: 'video', code: 'unsupported_video' },
    );
  };

  server.post<{ Params: { id: string } }>('/v1/videos/:id/remix', async (request) => {
    const sender = await admitted(request);
    const fields = await readFields(request, ['prompt']);
    return start(await find(request.params.id), { kind: 'remix', prompt: promptOf(fields) }, sender);
  });

  server.post('/v1/videos/edits', WITH_CLIP, async (request) => {
    const sender = await admitted(request);
    const fields = await readClipFields(request, ['video', 'prompt']);
    const prompt = promptOf(fields);
    return start(await sourceOf(fields), { kind: 'edit', prompt }, sender);
  });

  server.post('/v1/videos/extensions', WITH_CLIP, async (request) => {
    const sender = await admitted(request);
    const fields = await readClipFields(request, ['video', 'prompt', 'seconds']);
    const prompt = promptOf(fields);
    requireValue('seconds', fields.seconds);
    const seconds = Number(choice(fields, 'seconds', SECONDS, ''));
    return start(await sourceOf(fields), { kind: 'extension', prompt, seconds }, sender);
  });
}

function readClipFields(request: FastifyRequest, parameters: readonly string[]): Promise<Fields> {
  return readFields(request, parameters, { readFile: readVideoUpload, fileBytes: MAX_CLIP_BYTES });
}

function requireCompleted({ id, status }: Job): void {
  if (status === 'completed') return;
  throw new RequestError(400, `Video '${id}' is ${status}: only a completed video can be changed.`, {
    param: 'video',
    code: status === 'failed' ? 'video_failed' : 'video_not_ready',
  });
}

/** Each is read again for every frame and stored with every clip that is made from it. */
function requireFewChanges({ id, recipe }: Job): void {
  const changes = recipe.segments.at(-1)?.changes?.length ?? 0;
  if (changes < MOST_CHANGES) return;
  throw new RequestError(
    400,
    `Video '${id}' was changed ${MOST_CHANGES} times already, which is the most. Make a new clip with all that is to be seen in its prompt.`,
    { param: 'video', code: 'too_many_changes' },
  );
}

function requireRoom({ id, recipe }: Job, seconds: number): void {
  const refuse = (reason: string, code: string) => new RequestError(400, reason, { param: 'seconds', code });
  if (recipe.segments.length > MOST_EXTENSIONS)
    throw refuse(
      `Video '${id}' was extended ${MOST_EXTENSIONS} times already, which is the most.`,
      'too_many_extensions',
    );
  const length = secondsOf(recipe);
  if (length + seconds > MOST_SECONDS) {
    throw refuse(
      `Video '${id}' has ${length} seconds: ${seconds} more would make it longer than ${MOST_SECONDS}.`,
      'video_too_long',
    );
  }
}
