import type { Video } from '../../types/video.ts';
import { quoted } from '../controls.ts';
import { VideoToolsetError } from '../errors.ts';
import { isFinal } from './parse.ts';
import { isModeration } from './refusal.ts';

/** @throws VideoToolsetError `not_ready`, `expired`, `moderation_blocked` or `job_failed` for a job that has no clip */
export function requireCompleted(video: Video): void {
  if (video.status === 'completed') return;
  const facts = { submitted: 'yes', billed: 'likely', job_id: video.id } as const;
  if (!isFinal(video.status)) {
    throw new VideoToolsetError(
      'not_ready',
      `Job ${video.id} is still ${video.status}: there is nothing to download yet.`,
      {
        ...facts,
        retryable: true,
        next_step: `Call video_wait with {"ids":["${video.id}"]} first.`,
      },
    );
  }
  if (video.status === 'expired') {
    throw new VideoToolsetError('expired', `The clip of job ${video.id} has expired on its server.`, {
      ...facts,
      next_step: 'It cannot be fetched any more; make it anew if it is still wanted.',
    });
  }
  const reason = video.error === undefined ? 'its server gave no reason' : quoted(video.error.message);
  const code = isModeration(video.error) ? 'moderation_blocked' : 'job_failed';
  throw new VideoToolsetError(code, `Job ${video.id} ended as ${video.status}: ${reason}`, {
    ...facts,
    billed: 'unknown',
    next_step: 'Change what the message names, then create a new clip.',
  });
}
