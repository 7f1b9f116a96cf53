import type { Clip } from '../../types/ledger.ts';
import type { Profile } from '../api/profiles.ts';
import { VideoToolsetError } from '../errors.ts';
import { costsNothing } from './price.ts';
import type { ProductionServices } from './services.ts';

/** What stopping means for a clip: only the waiting ends, and the message says what goes on and costs. */
export async function stopped(key: string, services: ProductionServices, cause: unknown): Promise<VideoToolsetError> {
  const [api, ledger] = await Promise.all([services.api(), services.ledger()]);
  const clip = await ledger.get(key).catch(() => undefined);
  const { jobId } = clip ?? {};
  const wasSent = clip !== undefined && clip.state !== 'intended' && clip.state !== 'failed';
  return new VideoToolsetError(
    'aborted',
    `Stopped. ${clip === undefined ? '' : whatGoesOn(clip, api.profile, services)}`.trim(),
    {
      cause,
      submitted: !wasSent ? 'no' : jobId === undefined ? 'unknown' : 'yes',
      billed: !wasSent || costsNothing(clip, api.profile) ? 'no' : jobId === undefined ? 'unknown' : 'likely',
      ...(jobId !== undefined && { job_id: jobId }),
      retryable: true,
      next_step: `Call video_produce with ${JSON.stringify({ key })} to go on.`,
    },
  );
}

function whatGoesOn({ key, state, jobId, request }: Clip, profile: Profile, services: ProductionServices): string {
  switch (state) {
    case 'intended':
    case 'failed':
      return `Nothing was sent for the clip ${key}.`;
    case 'sent':
    case 'unknown':
      return `The clip ${key} was sent, and whether its job was made is not known yet.`;
    case 'known':
      return `The job ${jobId} ${goesOn({ ...profile, costsNothing: costsNothing({ request }, profile) }, services)}.`;
    case 'gone':
      return `The job ${jobId} is not known to its server any more.`;
    case 'done':
    case 'downloaded':
    case 'published':
      return `The clip of job ${jobId} is made; it is not lost.`;
  }
}

/** What becomes of a job that nobody waits for any more. */
export function goesOn({ costsNothing, deleteStops }: Profile, { server }: Pick<ProductionServices, 'server'>): string {
  if (server === EMBEDDED) return 'is kept by the studio, and goes on with your next program';
  return `still runs on its server${costsNothing ? '' : ' and costs'}; ${DELETING[deleteStops]}`;
}

/** The server's name where it runs in this very program. */
const EMBEDDED = 'studio';

const DELETING = {
  yes: 'a delete would stop it',
  no: 'a delete would not stop it',
  unknown: 'whether a delete would stop it is not known of this server',
} as const;
