import type { Clip, ClipState } from '../../types/ledger.ts';
import type { JobView, Tool, ToolContext } from '../../types/tool.ts';
import type { Video } from '../../types/video.ts';
import { isFinal } from '../api/parse.ts';
import { isModeration } from '../api/refusal.ts';
import { VideoToolsetError } from '../errors.ts';
import { produce } from '../production/produce.ts';
import { clipOf, clipView, jobIdOf, note, whereUsable } from './clips.ts';
import type { Services } from './services.ts';
import { defineTool } from './tool.ts';
import { jobView, nextCall } from './view.ts';

const READS = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: true,
  costsMoney: false,
};

export const videoWaitTool = (services: Services): Tool =>
  defineTool({
    name: 'video_wait',
    title: 'Wait for videos',
    description:
      'Waits for the end of one or many jobs, as long as this host allows, and returns their states. When time runs out the ' +
      'jobs go on: call it again with the same ids. It never cancels anything and costs nothing.',
    parameters: {
      type: 'object',
      properties: {
        ids: {
          type: 'array',
          items: { type: 'string' },
          minItems: 1,
          maxItems: 100,
          description: 'Job ids, or keys of clips (clip-…).',
        },
        max_seconds: {
          type: 'integer',
          minimum: 1,
          maximum: 3_600,
          description: 'Wait no longer than this. Left out: the limit of this host.',
        },
      },
      required: ['ids'],
      additionalProperties: false,
    },
    annotations: READS,
    async handler({ ids, max_seconds }, context) {
      const limitMs = Math.min(
        context.waitLimitMs ?? services.config.waitLimitMs,
        (max_seconds ?? Number.POSITIVE_INFINITY) * 1_000,
      );
      const end = performance.now() + limitMs;
      const started = await Promise.all([...new Set(ids)].map((id) => withJob(id, services, { ...context, limitMs })));
      const jobIds = [...new Set(started.map(({ jobId }) => jobId).filter((id) => id !== undefined))];
      const open = started.flatMap(({ clip }) => (clip !== undefined && clip.jobId === undefined ? [clip] : []));
      const api = await services.api();
      const { videos, timedOut } = await api.wait(jobIds, {
        limitMs: Math.max(1, end - performance.now()),
        signal: context.signal,
        onPoll: (video) => reportWaiting(context, video),
      });
      const clips = await Promise.all(videos.map((video) => note(video, services)));
      const jobs = videos.map((video, index) => viewOf(video, clips[index]));
      const summary = [...(videos.length > 0 ? [states(videos)] : []), ...open.map(stateOfClip)].join(' ');
      return {
        summary: timedOut ? `Time ran out; the jobs go on. ${summary}` : summary,
        data: { jobs: [...jobs, ...open.map((clip) => clipView(clip))], next_step: stepAfter(videos, open) },
      };
    },
  });

export const videoRetrieveTool = (services: Services): Tool =>
  defineTool({
    name: 'video_retrieve',
    title: 'Look at a video job',
    description: 'Returns the present state of one job. To wait for its end use video_wait, which needs fewer calls.',
    parameters: {
      type: 'object',
      properties: { id: { type: 'string', minLength: 1, description: 'Job id, or key of a clip (clip-…).' } },
      required: ['id'],
      additionalProperties: false,
    },
    annotations: READS,
    async handler({ id }, { signal }) {
      const clip = await clipOf(id, services);
      if (clip !== undefined && clip.jobId === undefined) {
        return { summary: stateOfClip(clip), data: { jobs: [clipView(clip)], next_step: stepAfter([], [clip]) } };
      }
      const video = await (await services.api()).retrieve(clip?.jobId ?? id, { signal });
      const noted = await note(video, services);
      return { summary: states([video]), data: { jobs: [viewOf(video, noted)], next_step: stepAfter([video]) } };
    },
  });

export const videoListTool = (services: Services): Tool =>
  defineTool({
    name: 'video_list',
    title: 'List video jobs',
    description: "Lists the server's jobs, newest first, one page at a time. Use it to find a job whose id was lost.",
    parameters: {
      type: 'object',
      properties: {
        limit: { type: 'integer', minimum: 1, maximum: 100, description: 'Jobs a page; 20 if left out.' },
        after: { type: 'string', minLength: 1, description: 'The last job id of the page before.' },
        order: { type: 'string', enum: ['asc', 'desc'], description: 'By time of creation; desc if left out.' },
      },
      required: [],
      additionalProperties: false,
    },
    annotations: READS,
    async handler({ limit = 20, after, order }, { signal }) {
      const api = await services.api();
      const page = await api.list(
        { limit, ...(after !== undefined && { after }), ...(order && { order }) },
        { signal },
      );
      const mayHaveMore = page.has_more ?? page.data.length >= limit;
      return {
        summary: page.data.length === 0 ? 'There are no jobs on this page.' : states(page.data),
        data: {
          jobs: page.data.map(jobView),
          ...(mayHaveMore &&
            page.last_id && {
              next_step: nextCall('video_list', { limit, after: page.last_id, ...(order && { order }) }),
            }),
        },
      };
    },
  });

/** What a delete means for a job that had not ended, by what is known of the server. */
const STILL_RUNNING = {
  yes: ' It was not finished, and is stopped.',
  no: ' It was not finished: this server goes on with it all the same, and may bill it.',
  unknown: ' It was not finished: whether this stopped it, and what is billed, is not known of this server.',
} as const;

export const videoDeleteTool = (services: Services): Tool =>
  defineTool({
    name: 'video_delete',
    title: 'Delete a video',
    description:
      'Deletes a job and its clip from the server, for good; files in the workspace and published files stay. ' +
      'A person is asked first. Use it only when the user asked for it.',
    parameters: {
      type: 'object',
      properties: { id: { type: 'string', minLength: 1, description: 'Job id, or key of a clip (clip-…).' } },
      required: ['id'],
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: true,
      costsMoney: false,
    },
    async handler({ id: idOrKey }, context) {
      const id = await jobIdOf(idOrKey, services);
      const api = await services.api();
      const video = await api.retrieve(id, { signal: context.signal });
      await requireApproval(video, services, context);
      const isDeleted = await api.delete(id, { signal: context.signal });
      if (!isDeleted)
        throw new VideoToolsetError('server_error', `The server did not delete ${id}.`, {
          retryable: true,
          job_id: id,
        });
      await noteDeleted(id, services);
      const still = isFinal(video.status) ? '' : STILL_RUNNING[api.profile.deleteStops];
      return { summary: `Job ${id} and its clip were deleted from the server.${still}`, data: { deleted: [id] } };
    },
  });

/** A job that was deleted on purpose is not made anew. */
async function noteDeleted(id: string, services: Services): Promise<void> {
  await whereUsable(async () => {
    const ledger = await services.ledger();
    const clip = await ledger.byJob(services.server, id);
    if (clip?.state !== 'known' && clip?.state !== 'done') return;
    await ledger.move(clip, 'failed', { error: { code: 'deleted', message: 'Its job was deleted.' } });
  });
}

/** Finds the job of a key as far as it takes; an id is one already. */
async function withJob(
  idOrKey: string,
  services: Services,
  context: ToolContext & { limitMs: number },
): Promise<{ jobId?: string; clip?: Clip }> {
  const clip = await clipOf(idOrKey, services);
  if (clip === undefined) return { jobId: idOrKey };
  if (clip.jobId !== undefined) return { jobId: clip.jobId, clip };
  const { clip: found } = await produce(clip.key, services, context, ({ state }) => !BEFORE_ITS_JOB.includes(state));
  return { ...(found.jobId !== undefined && { jobId: found.jobId }), clip: found };
}

const BEFORE_ITS_JOB: readonly ClipState[] = ['intended', 'sent', 'unknown'];

function viewOf(video: Video, clip: Clip | undefined): JobView {
  return clip === undefined ? jobView(video) : clipView(clip, video);
}

function stateOfClip({ key, state, error }: Clip): string {
  if (state === 'unknown')
    return `The clip ${key} was sent, and whether its job was made is not known: a person has to decide.`;
  if (state === 'failed') return `The clip ${key} failed: ${error?.message ?? 'no reason was given'}`;
  return `The clip ${key} is ${state}: its job is not known yet.`;
}

async function requireApproval(video: Video, { config }: Services, { approve }: ToolContext): Promise<void> {
  if (config.approveDelete === 'no') return;
  const what = `Delete job ${video.id} (${video.status}${video.prompt ? `, "${jobView(video).prompt}"` : ''}) for good?`;
  const isApproved = await approve?.({ tool: 'video_delete', question: what });
  if (isApproved === true) return;
  const reason = isApproved === undefined ? 'nobody can be asked here' : 'it was refused';
  throw new VideoToolsetError(
    'not_approved',
    `Job ${video.id} was not deleted: a delete needs a person's approval, and ${reason}.`,
    {
      job_id: video.id,
      next_step: 'Leave the job as it is, and tell the user that it was not deleted.',
    },
  );
}

function reportWaiting({ progress }: ToolContext, video: Video): void {
  progress?.({
    phase: 'waiting',
    job_id: video.id,
    status: video.status,
    ...(video.progress !== undefined && { percent: video.progress }),
  });
}

function states(videos: Video[]): string {
  if (videos.length > 3) {
    const counts = Map.groupBy(videos, ({ status }) => status);
    return `${videos.length} jobs: ${[...counts].map(([status, group]) => `${group.length} ${status}`).join(', ')}.`;
  }
  return videos.map(stateOf).join(' ');
}

function stateOf(video: Video): string {
  const { id, status, progress, error } = video;
  if (error) return `Job ${id} ended as ${status}: ${error.message}`;
  return isFinal(status) || progress === undefined
    ? `Job ${id} is ${status}.${status === 'completed' ? lifetimeOf(video) : ''}`
    : `Job ${id} is ${status} (${Math.round(progress)} %).`;
}

/** How long the clip can be fetched; a server that says `null` keeps it, and one that says nothing may not. */
function lifetimeOf({ expires_at, raw }: Video): string {
  if (expires_at === undefined)
    return raw.expires_at === null ? '' : ' Download it soon: its server does not say how long it keeps the clip.';
  const leftSeconds = expires_at - Math.floor(Date.now() / 1_000);
  const until = new Date(expires_at * 1_000).toISOString();
  return leftSeconds > 0
    ? ` Its clip can be downloaded for ${leftSeconds} s, until ${until}.`
    : ` Its clip expired at ${until}.`;
}

/** One call for the jobs that go on, else the first clip to fetch, else what the failure asks for. */
function stepAfter(videos: Video[], clips: Clip[] = []): string {
  const running = videos.filter(({ status }) => !isFinal(status)).map(({ id }) => id);
  const open = [
    ...running,
    ...clips.filter(({ state }) => state === 'intended' || state === 'sent').map(({ key }) => key),
  ];
  if (open.length > 0) return nextCall('video_wait', { ids: open });
  const lost = clips.find(({ state }) => state === 'unknown');
  if (lost !== undefined) return `Tell the user to decide: video-toolset ledger ${lost.key}`;
  const done = videos.find(({ status }) => status === 'completed');
  if (done !== undefined) return nextCall('video_download', { id: done.id });
  const isModerated = videos.some(({ error }) => isModeration(error));
  return isModerated
    ? 'The prompt was refused by moderation: change what it shows before anything is created again; the same prompt fails again.'
    : 'Tell the user why it failed; create it again only if the reason can be changed.';
}
