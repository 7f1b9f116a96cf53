import type { PublishedFile } from '../../types/cdn.ts';
import type { Clip } from '../../types/ledger.ts';
import type { Video } from '../../types/video.ts';
import { toolVersion } from '../version.ts';

/** Where a clip came from, for whoever finds it later. Wire names; `created` in unix seconds. */
export function sidecarOf(clip: Clip, { sha256, bytes, content_type }: PublishedFile, video: Video | undefined) {
  const { operation, parameters } = clip.request;
  const asked = operation === 'create' ? parameters : undefined;
  return {
    prompt: parameters.prompt,
    model: video?.model ?? asked?.model,
    server: clip.server,
    job: clip.jobId,
    size: video?.size ?? asked?.size,
    seconds: video?.seconds ?? asked?.seconds,
    created: video?.created_at ?? Math.floor((clip.sentAt ?? clip.createdAt) / 1_000),
    sha256,
    bytes,
    content_type,
    lineage: { operation, ...sourceOf(clip) },
    tool: `video-toolset ${toolVersion()}`,
  };
}

function sourceOf({ request: { operation, parameters } }: Clip): { source?: string } {
  if (operation === 'remix') return { source: parameters.id };
  if (operation === 'create' || !('id' in parameters.video)) return {};
  return { source: parameters.video.id };
}
