import { randomUUID } from 'node:crypto';
import type { Video } from '../../types/video.ts';
import { ApiError, VideoToolsetError } from '../errors.ts';
import type { openAnswers } from './answers.ts';
import type { Clock } from './clock.ts';
import { addressesOf, inlineBytesOf } from './elsewhere.ts';
import type { Http } from './http.ts';
import { forgotten, isFailedVideo } from './offers.ts';
import { isFinal, isRecord, parseVideo } from './parse.ts';
import { path as route } from './path.ts';
import type { PreparedJob } from './prepare.ts';
import { announcement } from './retirement.ts';
import { retryAfterMs } from './retry.ts';
import type { createSender, SendOptions } from './send.ts';
import type { Poll } from './wait.ts';

/** How long a job that was just made may be unknown to its server. */
const GRACE_MS = 30_000;

/** Makes jobs and asks for them, and remembers which were made here. */
export function createJobs(
  http: Http,
  sendJob: ReturnType<typeof createSender>,
  answers: ReturnType<typeof openAnswers>,
  clock: Clock,
) {
  const made = new Map<string, { at: number; ended?: Video }>();
  const endedAtOnce = async (id: string): Promise<Video | undefined> => made.get(id)?.ended ?? (await answers.find(id));

  return {
    async make({ path, wire, notices }: PreparedJob, options?: SendOptions): Promise<Video> {
      const { data, headers } = await sendJob(path, wire, options);
      const video = madeVideo(data);
      made.set(video.id, { at: clock.now(), ...(isFinal(video.status) && { ended: video }) });
      // Where it cannot be kept, this process still has it.
      if (isFinal(video.status)) await answers.save(video).catch(() => undefined);
      const announced = announcement(headers);
      const all = announced === undefined ? notices : [...notices, announced];
      return all.length > 0 ? { ...video, notices: all } : video;
    },

    async poll(id: string, options: { signal?: AbortSignal | undefined; retry?: boolean } = {}): Promise<Poll> {
      try {
        const request = { method: 'GET', path: route`/videos/${id}`, ...options, isAnswer: isFailedVideo } as const;
        const { data, headers } = await http.json(request);
        const pollAfterMs = retryAfterMs(headers);
        return { video: parseVideo(data ?? {}, id), ...(pollAfterMs !== undefined && { pollAfterMs }) };
      } catch (error) {
        if (!(error instanceof ApiError) || ![404, 405, 501].includes(error.status)) throw error;
        // A server that makes a clip in one answer may know no jobs: what it said is all there is.
        const ended = await endedAtOnce(id);
        if (ended !== undefined) return { video: ended };
        const own = made.get(id);
        if (error.status !== 404 || own === undefined) throw error;
        // Several replicas behind one address: the one that is asked may not know of a job that was just made.
        if (clock.now() - own.at < GRACE_MS) return { video: { id, status: 'queued', raw: {} } };
        throw forgotten(id, error);
      }
    },

    async forget(id: string): Promise<void> {
      made.delete(id);
      await answers.forget(id);
    },
  };
}

/** A 2xx without a job id and without a clip: something was paid for, and nobody knows what. */
function madeVideo(data: unknown): Video {
  try {
    return parseVideo(isClip(data) ? { id: `clip_${randomUUID()}`, status: 'completed', ...data } : data);
  } catch (cause) {
    throw new VideoToolsetError('outcome_unknown', 'The server accepted the request, but its answer names no job.', {
      cause,
      submitted: 'unknown',
      next_step: 'The job may have been made: look for it with video_list before anything is created again.',
    });
  }
}

/** A clip made in one answer, without a word of a job: LocalAI's way, and that of servers that send the bytes. */
function isClip(data: unknown): data is Record<string, unknown> {
  return (
    isRecord(data) && Array.isArray(data.data) && (addressesOf(data).length > 0 || inlineBytesOf(data) !== undefined)
  );
}
