import { isRecord } from './parse.ts';

/** Where servers name the bytes of a clip when they do not stream them themselves, in the order they are tried. */
export function addressesOf(raw: unknown): string[] {
  if (!isRecord(raw)) return [];
  const { video, output, outputs, metadata } = raw;
  const candidates = [
    raw.url,
    raw.video_url,
    ...listOf(raw.unsigned_urls),
    ...listOf(raw.urls),
    isRecord(video) ? video.url : video,
    isRecord(output) ? output.url : output,
    ...(isRecord(output) ? listOf(output.videos).map(urlOf) : []),
    ...listOf(raw.videos).map(urlOf),
    isRecord(outputs) ? outputs.video_url : undefined,
    isRecord(metadata) ? metadata.url : undefined,
    ...listOf(raw.data).map(urlOf),
  ];
  const addresses = candidates.filter((value) => typeof value === 'string' && value !== '');
  return [...new Set(addresses.map(String))];
}

/** A clip that came along as base64. */
export function inlineBytesOf(raw: unknown): Buffer | undefined {
  if (!isRecord(raw)) return undefined;
  const found = [raw, ...listOf(raw.data).filter(isRecord)].find(
    ({ b64_json }) => typeof b64_json === 'string' && b64_json !== '',
  );
  return found === undefined ? undefined : Buffer.from(String(found.b64_json), 'base64');
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function urlOf(value: unknown): unknown {
  return isRecord(value) ? value.url : value;
}
