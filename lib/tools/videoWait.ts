import type { Clip, ClipState } from '../../types/ledger.ts';
import type { JobView, Tool, ToolContext } from '../../types/tool.ts';
import type { Video } from '../../types/video.ts';
import type { Profile } from '../api/profiles.ts';
import { VideoToolsetError } from '../errors.ts';
import { produce } from '../production/produce.ts';
import { goesOn } from '../production/stopped.ts';
import { clipOf, clipView, note } from './clips.ts';
import type { Services } from './services.ts';
import { stateOfClip, states, stepAfter, viewOf } from './states.ts';
import { defineTool, READS } from './tool.ts';

/** So many jobs are shown with their prompts. */
const SHOWN_WHOLE = 10;

export const videoWaitTool = (services: Services): Tool =>
  defineTool({
    name: 'video_wait',
    title: 'Wait for videos',
    description:
      'Waits until jobs end, as long as this host allows, and returns their states. Where time runs out they go on: call it again ' +
      'with the same ids. Costs nothing and cancels nothing. Use it instead of asking again and again.',
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
          description: 'Return by then. Left out: as long as this host allows.',
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
      const { videos, timedOut } = await api
        .wait(jobIds, {
          limitMs: Math.max(1, end - performance.now()),
          signal: context.signal,
          onPoll: (video) => reportWaiting(context, video),
        })
        .catch((error) => {
          throw stoppedWaiting(error, api.profile, services);
        });
      const clips = await Promise.all(videos.map((video) => note(video, services)));
      const jobs = videos.map((video, index) => viewOf(video, clips[index]));
      const summary = [...(videos.length > 0 ? [states(videos)] : []), ...open.map(stateOfClip)].join(' ');
      const step = stepAfter(videos, services, { noted: clips, open });
      const next = step === undefined ? {} : { next_step: step };
      return {
        summary: timedOut ? `Time ran out; the jobs go on. ${summary}` : summary,
        data: { jobs: shortened([...jobs, ...open.map((clip) => clipView(clip))]), ...next },
      };
    },
  });

/** The model knows what it asked for: of many jobs it needs to know how they stand. */
function shortened(jobs: JobView[]): JobView[] {
  return jobs.length <= SHOWN_WHOLE ? jobs : jobs.map(({ prompt: _known, ...job }) => job);
}

/** Only the waiting ended: what that means for the jobs is said. */
function stoppedWaiting(error: unknown, profile: Profile, services: Services): unknown {
  if (!(error instanceof VideoToolsetError) || error.code !== 'aborted') return error;
  const message = `${error.message} It ${goesOn(profile, services)}.`;
  return new VideoToolsetError('aborted', message, { ...error.facts, cause: error });
}

/** Finds the job of a key, sending nothing; an id is one already. */
async function withJob(
  idOrKey: string,
  services: Services,
  context: ToolContext & { limitMs: number },
): Promise<{ jobId?: string; clip?: Clip }> {
  const clip = await clipOf(idOrKey, services);
  if (clip === undefined) return { jobId: idOrKey };
  if (clip.jobId !== undefined) return { jobId: clip.jobId, clip };
  const options = { ...context, maySend: false };
  const { clip: found } = await produce(clip.key, services, options, ({ state }) => !BEFORE_ITS_JOB.includes(state));
  return { ...(found.jobId !== undefined && { jobId: found.jobId }), clip: found };
}

const BEFORE_ITS_JOB: readonly ClipState[] = ['intended', 'sent', 'unknown'];

function reportWaiting({ progress }: ToolContext, video: Video): void {
  progress?.({
    phase: 'waiting',
    job_id: video.id,
    status: video.status,
    ...(video.progress !== undefined && { percent: video.progress }),
  });
}
