import { open } from 'node:fs/promises';
import type { EncodedAudioPacketSource, EncodedPacket, EncodedVideoPacketSource, Input } from 'mediabunny';
import { type ClipFacts, openClip } from './clipFacts.ts';
import { createFileTarget } from './fileTarget.ts';

export interface FilmPart {
  /** Absolute. */
  path: string;
  facts: ClipFacts;
}

export interface Film {
  frames: number;
  seconds: number;
}

/** Can the packets of these clips follow each other as they are? One that begins before its time has pictures not to be shown. */
export function isOneKind(parts: readonly FilmPart[]): boolean {
  return parts.every(({ facts }) => facts.kind === parts[0]?.facts.kind && facts.from >= 0);
}

/**
 * Writes clips of one kind one after the other, packet by packet, as they are: nothing is decoded, and the index comes
 * first, so that a player can begin at once.
 */
export async function concatenate(parts: readonly FilmPart[], target: string, signal?: AbortSignal): Promise<Film> {
  const { EncodedAudioPacketSource, EncodedVideoPacketSource, Mp4OutputFormat, Output } = await import('mediabunny');
  const facts = parts.map((part) => part.facts);
  const [first] = facts;
  if (first === undefined) throw new TypeError('A film of no clips');
  await using file = await open(target, 'w');
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: 'reserve' }), target: createFileTarget(file) });
  const pictures = new EncodedVideoPacketSource(first.video);
  const sound = first.audio && new EncodedAudioPacketSource(first.audio.codec);
  const sum = (count: (clip: ClipFacts) => number) => facts.reduce((total, clip) => total + count(clip), 0);
  output.addVideoTrack(pictures, { maximumPacketCount: sum(({ frames }) => frames), rotation: first.rotation });
  if (sound) output.addAudioTrack(sound, { maximumPacketCount: sum(({ audio }) => audio?.packets ?? 0) });
  try {
    await output.start();
    const film: Film = { frames: 0, seconds: 0 };
    for (const { path, facts: clip } of parts) {
      using input = await openClip(path);
      film.frames += await append(input, clip, { pictures, sound, at: film.seconds, signal });
      film.seconds += clip.to - clip.from;
    }
    await output.finalize();
    return film;
  } catch (error) {
    await output.cancel().catch(() => undefined);
    throw error;
  }
}

interface Place {
  pictures: EncodedVideoPacketSource;
  sound: EncodedAudioPacketSource | undefined;
  /** Where in the film the clip begins, in seconds. */
  at: number;
  signal: AbortSignal | undefined;
}

/** Pictures and sound side by side in time, so that a film is read front to back. @returns how many pictures there are */
async function append(input: Input, { from, to }: ClipFacts, { pictures, sound, at, signal }: Place): Promise<number> {
  const { EncodedPacketSink } = await import('mediabunny');
  const [video, audio] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
  if (video === null) return 0;
  const seen = await video.getDecoderConfig();
  const heard = await audio?.getDecoderConfig();
  const shift = at - from;
  const packets = audio === null ? undefined : new EncodedPacketSink(audio).packets();
  let next = await packets?.next();
  const listenUntil = async (time: number) => {
    for (; next?.done === false && next.value.timestamp < time; next = await packets?.next()) {
      const { timestamp, duration } = next.value;
      // What leads in the decoder belongs to the first clip only; what outlasts the pictures would be heard in the next one.
      const isLeadIn = at > 0 && timestamp < from - duration / 2;
      if (isLeadIn || timestamp > to - duration / 2) continue;
      await sound?.add(moved(next.value, shift), heard ? { decoderConfig: heard } : undefined);
    }
  };
  let frames = 0;
  for await (const packet of new EncodedPacketSink(video).packets()) {
    signal?.throwIfAborted();
    await pictures.add(moved(packet, shift), seen ? { decoderConfig: seen } : undefined);
    frames++;
    await listenUntil(packet.timestamp + packet.duration);
  }
  await listenUntil(Number.POSITIVE_INFINITY);
  return frames;
}

function moved(packet: EncodedPacket, shift: number): EncodedPacket {
  return packet.clone({ timestamp: packet.timestamp + shift });
}
