import { VideoToolsetError } from '../errors.ts';
import { mediaTypeOfFile } from '../media/sniff.ts';
import { jobIdOf } from './clips.ts';
import type { Services } from './services.ts';

/** How a clip that is to be changed is asked for. */
export const SOURCE = {
  type: 'string',
  minLength: 1,
  description: 'Job id or key (clip-…) of a finished clip, or path of a video in the workspace.',
} as const;

/** What no server calls a job. */
const FILE = /\.(mp4|m4v|mov|webm|mkv|avi)$|^[/.~]/i;

/** A clip that is to be changed, as the API takes it. @throws VideoToolsetError like {@link jobIdOf} and {@link videoFile} */
export async function sourceOf(video: string, services: Services): Promise<{ id: string } | { path: string }> {
  return FILE.test(video) ? await videoFile(video, services) : { id: await jobIdOf(video, services) };
}

/**
 * A video of the workspace, told by its magic bytes.
 * @throws VideoToolsetError `invalid_media`, and what {@link Services.workspace} throws
 */
export async function videoFile(name: string, { workspace }: Services): Promise<{ path: string }> {
  const { path, absolute } = await workspace.find(name);
  const type = await mediaTypeOfFile(absolute);
  if (type.startsWith('video/')) return { path };
  throw new VideoToolsetError('invalid_media', `${path} is not a video: nothing was sent.`, {
    next_step: 'Name a video file, such as one that video_download saved.',
  });
}
