import { createHash } from 'node:crypto';
import type { MultipartFile } from '@fastify/multipart';
import { mediaTypeOf } from '../media/sniff.ts';
import { RequestError } from './answers.ts';

/** What magic numbers lie in. */
const SNIFFED_BYTES = 4_100;
const VIDEO_TYPES = ['video/mp4', 'video/quicktime', 'video/webm', 'video/x-m4v'];

/** What is known of an uploaded video. Its bytes are not kept: the studio draws and cuts nothing. */
export class VideoUpload {
  readonly sha256: string;

  constructor(sha256: string) {
    this.sha256 = sha256;
  }
}

/** Reads an uploaded file to its end in constant memory. @throws RequestError where it is no video, or too large */
export async function readVideoUpload(part: MultipartFile): Promise<VideoUpload> {
  const hash = createHash('sha256');
  let beginning = Buffer.alloc(0);
  for await (const chunk of part.file) {
    hash.update(chunk);
    if (beginning.length < SNIFFED_BYTES) beginning = Buffer.concat([beginning, chunk]);
  }
  if (part.file.truncated)
    throw new RequestError(413, 'The video file is too large.', { param: 'video', code: 'video_too_large' });
  const mediaType = await mediaTypeOf(beginning);
  if (!VIDEO_TYPES.includes(mediaType)) {
    const seen = mediaType === 'application/octet-stream' ? 'no known kind of file' : mediaType;
    throw new RequestError(400, `Invalid 'video': expected an MP4, MOV or WebM file, but got ${seen}.`, {
      param: 'video',
      code: 'invalid_video',
    });
  }
  return new VideoUpload(hash.digest('hex'));
}
