import { open } from 'node:fs/promises';
import {
  ALL_FORMATS,
  BufferSource,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';
import { createFileTarget } from '../../../media/fileTarget.ts';
import { cropSps } from './sps.ts';

export interface MuxOptions {
  width: number;
  height: number;
  fps: number;
  frames: number;
}

const BT709 = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const;
const SAMPLE_RATE = 48_000;
const SAMPLES_IN_PACKET = 1024;
/** One stereo AAC-LC packet of silence; each stands for 1024 samples. */
const SILENCE = Uint8Array.of(0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c);
/** AAC-LC, 48 kHz, two channels (ISO 14496-3, 1.6.2.1). */
const AUDIO_CONFIG = Uint8Array.of(0x11, 0x90);
const IDR = 5;

/** Writes the encoder's stream anew, with its key frames marked, its colours tagged, a silent track and the index first. */
export async function muxVideo(encoded: Uint8Array, path: string, options: MuxOptions): Promise<void> {
  const { width, height, fps, frames } = options;
  await using file = await open(path, 'w');
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(encoded) });
  const track = await input.getPrimaryVideoTrack();
  const config = await track?.getDecoderConfig();
  if (!track || !config?.description) throw new Error('The encoder gave no video');
  const description = cropped(bytesOf(config.description), width, height);

  const output = new Output({
    format: new Mp4OutputFormat({ fastStart: 'reserve' }),
    target: createFileTarget(file),
  });
  const video = new EncodedVideoPacketSource('avc');
  const audio = new EncodedAudioPacketSource('aac');
  const audioPackets = Math.floor(((frames / fps) * SAMPLE_RATE) / SAMPLES_IN_PACKET);
  output.addVideoTrack(video, { frameRate: fps, maximumPacketCount: frames });
  output.addAudioTrack(audio, { maximumPacketCount: audioPackets });
  try {
    await output.start();
    const videoConfig = { ...config, codedWidth: width, codedHeight: height, description, colorSpace: BT709 };
    const audioConfig = {
      codec: 'mp4a.40.2',
      numberOfChannels: 2,
      sampleRate: SAMPLE_RATE,
      description: AUDIO_CONFIG,
    };
    let frame = 0;
    let audioPacket = 0;
    for await (const packet of new EncodedPacketSink(track).packets()) {
      const type = isKeyFrame(packet.data) ? 'key' : 'delta';
      const copy = new EncodedPacket(packet.data, type, frame / fps, 1 / fps);
      await video.add(copy, frame === 0 ? { decoderConfig: videoConfig } : undefined);
      frame++;
      // Side by side in time, so that a player reads the file front to back.
      while (audioPacket < audioPackets && (audioPacket * SAMPLES_IN_PACKET) / SAMPLE_RATE < frame / fps) {
        const start = (audioPacket * SAMPLES_IN_PACKET) / SAMPLE_RATE;
        const silence = new EncodedPacket(SILENCE, 'key', start, SAMPLES_IN_PACKET / SAMPLE_RATE);
        await audio.add(silence, audioPacket === 0 ? { decoderConfig: audioConfig } : undefined);
        audioPacket++;
      }
    }
    if (frame !== frames) throw new Error(`The encoder gave ${frame} frames of ${frames}`);
    await output.finalize();
  } catch (error) {
    await output.cancel().catch(() => undefined);
    throw error;
  } finally {
    input.dispose();
  }
  await file.sync();
}

/** The decoder configuration record (ISO 14496-15, 5.2.4.1.1) with its one SPS cropped to the size shown. */
function cropped(record: Uint8Array, width: number, height: number): Uint8Array {
  const right = -width & 15;
  const bottom = -height & 15;
  if (right === 0 && bottom === 0) return record;
  const length = new DataView(record.buffer, record.byteOffset).getUint16(6);
  const sps = cropSps(record.subarray(8, 8 + length), right, bottom);
  const head = Uint8Array.from(record.subarray(0, 8));
  new DataView(head.buffer).setUint16(6, sps.length);
  return Uint8Array.from([...head, ...sps, ...record.subarray(8 + length)]);
}

function isKeyFrame(data: Uint8Array): boolean {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let offset = 0; offset + 4 < data.length; offset += 4 + view.getUint32(offset)) {
    if (((data[offset + 4] ?? 0) & 31) === IDR) return true;
  }
  return false;
}

function bytesOf(source: ArrayBufferView | ArrayBufferLike): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
