import { toToolsetError, VideoToolsetError } from '../errors.ts';

export function publishError(error: unknown, shown: string): VideoToolsetError {
  const known = toToolsetError(error);
  if (known.code !== 'internal') return known;
  return new VideoToolsetError('publish_failed', `${shown} was not published: ${known.message}`, {
    cause: error,
    retryable: true,
    next_step: `Call cdn_upload with {"path":${JSON.stringify(shown)}} again; the file itself is safe in the workspace.`,
  });
}

export function changedFile(shown: string): VideoToolsetError {
  return new VideoToolsetError('publish_failed', `${shown} changed while it was read: nothing was published.`, {
    retryable: true,
    next_step: `Call cdn_upload with {"path":${JSON.stringify(shown)}} again, once nothing writes to the file.`,
  });
}

export function notTheClip(shown: string): VideoToolsetError {
  return new VideoToolsetError(
    'publish_failed',
    `${shown} is not the clip any more that was downloaded: it was not published.`,
    {
      next_step: `Move ${shown} away, then go on: the clip is fetched again. To publish the file as it is, use cdn_upload.`,
    },
  );
}

export function notPublishable(shown: string): VideoToolsetError {
  return new VideoToolsetError('invalid_media', `${shown} is neither a clip nor a picture: it was not published.`, {
    next_step: 'Name a video, image or audio file of the workspace.',
  });
}
