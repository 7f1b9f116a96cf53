import type { Clip } from '../../../types/ledger.ts';
import type { Shot } from '../../../types/storyboard.ts';
import type { JobRequest } from '../../../types/video.ts';
import { VideoToolsetError } from '../../errors.ts';
import { jobOf } from '../advance.ts';
import { createRequestOf } from '../createRequest.ts';
import type { ProductionServices } from '../services.ts';
import { lastFrameOf } from './frame.ts';

/** What is sent for a shot whose source, where it has one, is finished. */
export async function requestOf(
  { storyboard, id, request }: Shot,
  services: ProductionServices,
  signal?: AbortSignal,
): Promise<JobRequest> {
  const { source, prompt, seconds = '' } = request;
  if (source === undefined) return createRequestOf(request);
  const clip = await sourceClip(storyboard, id, source.shot, services);
  switch (source.link) {
    case 'continue_from':
      return createRequestOf({ ...request, input_reference: await lastFrameOf(clip, storyboard, services, signal) });
    case 'extends':
      return { operation: 'extend', parameters: { video: { id: jobOf(clip) }, prompt, seconds } };
    case 'remix_of':
      return { operation: 'remix', parameters: { id: jobOf(clip), prompt } };
  }
}

async function sourceClip(
  storyboard: string,
  id: string,
  sourceId: string,
  services: ProductionServices,
): Promise<Clip> {
  const ledger = await services.ledger();
  const source = await ledger.storyboards.shot(storyboard, sourceId);
  const clip = source?.clip === undefined ? undefined : await ledger.get(source.clip);
  if (clip?.state === 'published') return clip;
  throw new VideoToolsetError('not_ready', `The shot ${id} is made of ${sourceId}, which is not finished.`, {
    retryable: true,
  });
}
