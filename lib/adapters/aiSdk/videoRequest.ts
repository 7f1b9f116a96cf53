import type {
  Experimental_VideoModelV4CallOptions as CallOptions,
  SharedV4Warning,
  Experimental_VideoModelV4File as VideoFile,
} from '@ai-sdk/provider';
import type { CreateParameters, FileInput } from '../../../types/video.ts';
import { VideoToolsetError } from '../../errors.ts';

/** The key of our own settings and results among those of the SDK's providers. */
export const PROVIDER = 'video-toolset';

const FITS = ['cover', 'contain', 'stretch', 'none'] as const;
/** Of the shorter side, where only a shape was asked for. */
const SHORT_SIDE = 720;
/** What the SDK adds by itself, or what we read. */
const KNOWN_HEADERS = ['user-agent', 'idempotency-key'];

export interface VideoRequest {
  parameters: CreateParameters;
  /** What was asked for and cannot be sent. */
  warnings: SharedV4Warning[];
}

/**
 * A call of the SDK as the Videos API takes it.
 * @param keep puts an image where it can be found again
 * @throws VideoToolsetError `invalid_argument`, and what `keep` throws
 */
export async function videoRequest(
  options: CallOptions & { webhookUrl?: string },
  keep: (image: Uint8Array) => Promise<FileInput>,
): Promise<VideoRequest> {
  const { prompt = '', n, duration, providerOptions } = options;
  if (n !== 1) throw new VideoToolsetError('invalid_argument', `A call makes one clip, not ${n}: nothing was sent.`);
  const { fit, ...extra } = providerOptions[PROVIDER] ?? {};
  const [reference, ...otherReferences] = referencesOf(options);
  const size = sizeOf(options);
  const parameters: CreateParameters = {
    prompt,
    ...(duration !== undefined && { seconds: String(duration) }),
    ...(size !== undefined && { size }),
    ...(fit !== undefined && { fit: fitOf(fit) }),
    ...(reference && { input_reference: await inputOf(reference, keep) }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
  return { parameters, warnings: [...unsupported(options, size), ...otherReferences.map(ignoredImage)] };
}

/** In the order in which they can be the clip's one reference. The SDK names a first frame twice. */
function referencesOf({ image, frameImages = [], inputReferences = [] }: CallOptions): VideoFile[] {
  const first = frameImages.filter(({ frameType }) => frameType === 'first_frame').map((frame) => frame.image);
  const start = image === undefined ? first : [image];
  return [...start, ...inputReferences.filter((file) => !isVideo(file))];
}

async function inputOf(file: VideoFile, keep: (image: Uint8Array) => Promise<FileInput>): Promise<FileInput> {
  if (file.type === 'url') return { url: file.url };
  return await keep(typeof file.data === 'string' ? Buffer.from(file.data, 'base64') : file.data);
}

function sizeOf({ resolution, aspectRatio }: CallOptions): string | undefined {
  if (resolution !== undefined) return resolution;
  const [, width = 0, height = 0] = (/^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(aspectRatio ?? '') ?? []).map(Number);
  if (width === 0 || height === 0) return undefined;
  // Encoders want even sides.
  const side = (own: number, other: number) => 2 * Math.round((SHORT_SIDE * Math.max(1, own / other)) / 2);
  return `${side(width, height)}x${side(height, width)}`;
}

function fitOf(value: unknown): (typeof FITS)[number] {
  const fit = FITS.find((known) => known === value);
  if (fit !== undefined) return fit;
  throw new VideoToolsetError(
    'invalid_argument',
    `providerOptions['${PROVIDER}'].fit must be one of ${FITS.join(', ')}: nothing was sent.`,
  );
}

function unsupported(options: CallOptions & { webhookUrl?: string }, size: string | undefined): SharedV4Warning[] {
  const { aspectRatio, resolution, fps, seed, generateAudio, frameImages, inputReferences, headers, webhookUrl } =
    options;
  const extras = `Of a server that takes it, it can be set in providerOptions['${PROVIDER}'].`;
  const others = Object.keys(headers ?? {}).filter((name) => !KNOWN_HEADERS.includes(name.toLowerCase()));
  const found: [isGiven: unknown, feature: string, details: string][] = [
    [aspectRatio && size === undefined, 'aspectRatio', 'The server decides the shape; name a ratio or a resolution.'],
    [aspectRatio && resolution, 'aspectRatio', `The resolution ${resolution} holds.`],
    [fps !== undefined, 'fps', extras],
    [seed !== undefined, 'seed', extras],
    [generateAudio !== undefined, 'generateAudio', extras],
    [frameImages?.some(({ frameType }) => frameType === 'last_frame'), 'frameImages', 'There is no last frame.'],
    [inputReferences?.some(isVideo), 'inputReferences', 'A reference is an image, not a video.'],
    [others.length > 0, 'headers', `They are set for all calls: createVideoModel({ headers }). Left out: ${others}.`],
    [webhookUrl !== undefined, 'webhookUrl', 'Ask for the status instead.'],
  ];
  return found
    .filter(([isGiven]) => isGiven)
    .map(([, feature, details]) => ({ type: 'unsupported', feature, details }));
}

function ignoredImage(): SharedV4Warning {
  return {
    type: 'unsupported',
    feature: 'inputReferences',
    details: 'A clip has one reference image: the first holds.',
  };
}

function isVideo({ mediaType }: VideoFile): boolean {
  return mediaType?.startsWith('video/') === true;
}
