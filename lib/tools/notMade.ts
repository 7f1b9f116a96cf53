import type { Clip } from '../../types/ledger.ts';
import { isModeration } from '../api/refusal.ts';
import { quoted } from '../controls.ts';
import { VideoToolsetError } from '../errors.ts';

/** Why a clip will not be made by itself. */
export function notMade({ key, jobId, state, error }: Clip): VideoToolsetError {
  const job = jobId === undefined ? {} : { job_id: jobId };
  switch (state) {
    case 'unknown':
      return new VideoToolsetError(
        'outcome_unknown',
        `The clip ${key} was sent, its answer was lost, and its server's list does not tell whether a job was made.`,
        {
          submitted: 'unknown',
          next_step: `A person decides, with what the server's own page shows: video-toolset ledger ${key}`,
        },
      );
    case 'gone':
      return new VideoToolsetError(
        'gone',
        `The job ${jobId} of the clip ${key} was made, but its server does not have it any more. ${error?.message ?? ''}`.trim(),
        {
          ...job,
          submitted: 'yes',
          billed: 'likely',
          next_step: `A person decides whether it is made, and paid for, anew: video-toolset ledger decide ${key} --resend`,
        },
      );
    default: {
      const wasMade = jobId !== undefined;
      const reason = error?.message ?? 'no reason was given';
      const message = `The clip ${key} failed: ${wasMade ? quoted(reason) : reason}`;
      const isRefused = isModeration(error);
      return new VideoToolsetError(isRefused ? 'moderation_blocked' : 'job_failed', message, {
        ...job,
        submitted: wasMade ? 'yes' : 'no',
        billed: wasMade ? 'unknown' : 'no',
        next_step: 'Change what the message names, then create a new clip.',
      });
    }
  }
}
