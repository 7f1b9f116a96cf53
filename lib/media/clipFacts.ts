import type { AudioCodec, Input, InputAudioTrack, InputVideoTrack, Rotation, VideoCodec } from 'mediabunny';
import { VideoToolsetError } from '../errors.ts';

/** What is in a clip. */
export interface ClipFacts {
  /** Equal where the packets of one clip can follow those of another as they are. */
  kind: string;
  /** As it is shown. */
  width: number;
  height: number;
  rotation: Rotation;
  /** Pictures a second, on the average. */
  fps: number;
  frames: number;
  /** When its first picture is shown, and when its last one ends, in seconds. */
  from: number;
  to: number;
  video: VideoCodec;
  audio?: { codec: AudioCodec; packets: number };
}

/** A file of a few KB may claim to last for years, and what is drawn of it at a steady rate would fill the disk. */
const LONGEST_SECONDS = 3_600;

/** Opens a clip for reading; it is to be disposed. */
export async function openClip(path: string): Promise<Input> {
  const { ALL_FORMATS, FilePathSource, Input: Reader } = await import('mediabunny');
  return new Reader({ formats: ALL_FORMATS, source: new FilePathSource(path) });
}

/** @param name of the clip, for messages @throws VideoToolsetError `invalid_media` */
export async function clipFacts(path: string, name: string): Promise<ClipFacts> {
  using input = await openClip(path);
  try {
    const [video, audio] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
    const codec = await video?.getCodec();
    if (video === null || !codec) throw new Error('it holds no picture of a known kind');
    const [from, to] = [await video.getFirstTimestamp(), await video.computeDuration()];
    if (to - from > LONGEST_SECONDS)
      throw new Error(`it claims to last ${Math.round(to - from)} seconds, and ${LONGEST_SECONDS} are the most`);
    const pictures = await video.computePacketStats();
    const sound = await audio?.getCodec();
    return {
      kind: JSON.stringify([await videoKind(video), audio && (await audioKind(audio))]),
      width: await video.getDisplayWidth(),
      height: await video.getDisplayHeight(),
      rotation: await video.getRotation(),
      fps: pictures.averagePacketRate,
      frames: pictures.packetCount,
      from,
      to,
      video: codec,
      ...(audio && sound && { audio: { codec: sound, packets: (await audio.computePacketStats()).packetCount } }),
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VideoToolsetError('invalid_media', `The clip ${name} cannot be read: ${reason}`, { cause });
  }
}

async function videoKind(track: InputVideoTrack): Promise<unknown[]> {
  const { codec, description, codedWidth, codedHeight } = (await track.getDecoderConfig()) ?? {};
  return [codec, codedWidth, codedHeight, await track.getRotation(), await track.getFlip(), hex(description)];
}

async function audioKind(track: InputAudioTrack): Promise<unknown[]> {
  const { codec, sampleRate, numberOfChannels, description } = (await track.getDecoderConfig()) ?? {};
  return [codec, sampleRate, numberOfChannels, hex(description)];
}

function hex(bytes: ArrayBufferView | ArrayBufferLike | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const view = ArrayBuffer.isView(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : Buffer.from(bytes);
  return view.toString('hex');
}
