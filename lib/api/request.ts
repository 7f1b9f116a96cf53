import type { CreateParameters, EditParameters, FileInput } from '../../types/video.ts';
import { VideoToolsetError } from '../errors.ts';
import { type Fit, fitImage } from '../media/fit.ts';
import type { Workspace } from '../workspace.ts';
import { openUpload, type Upload, type WireRequest } from './body.ts';
import type { Profile } from './profiles.ts';

const RESERVED = ['prompt', 'video', 'input_reference', 'name'];
const MAX_IMAGE_BYTES = 20 * 1024 * 1024;

export interface PreparedRequest {
  wire: WireRequest;
  /** What was done to the input on the way, for the user. */
  notices: string[];
}

/** A create call as this server wants it. Everything is checked before anything is sent. */
export async function createRequest(
  parameters: CreateParameters,
  profile: Profile,
  workspace: Workspace,
): Promise<PreparedRequest> {
  const { prompt, model, seconds, size, input_reference, fit = 'cover', extra } = parameters;
  requirePrompt(prompt);
  const fields = {
    prompt,
    ...(model !== undefined && { model }),
    ...(seconds !== undefined && { seconds: wireSeconds(seconds, profile) }),
    ...(size !== undefined && wireSize(size, profile)),
    ...passedThrough(extra),
  };
  if (input_reference === undefined) return { wire: { fields }, notices: [] };
  const image = uploadable(input_reference);
  if (image === undefined)
    return { wire: { fields: { ...fields, ...wireReference(input_reference, profile) } }, notices: [] };
  const { upload, notice } = await fittedUpload(image, size, fit, workspace);
  return { wire: { fields, upload }, notices: notice === undefined ? [] : [notice] };
}

/** An edit or an extension: by id, or by upload. */
export async function sourceRequest(
  parameters: EditParameters & { seconds?: string },
  workspace: Workspace,
): Promise<WireRequest> {
  const { video, prompt, seconds, extra } = parameters;
  requirePrompt(prompt);
  const fields = { prompt, ...(seconds !== undefined && { seconds }), ...passedThrough(extra) };
  if (video instanceof Blob || 'path' in video) return { fields, upload: await openUpload('video', video, workspace) };
  return { fields: { ...fields, video } };
}

export function requirePrompt(prompt: string): void {
  if (prompt.trim() !== '' && prompt.length <= 32_000) return;
  throw new VideoToolsetError(
    'invalid_argument',
    `A prompt has 1 to 32,000 characters, not ${prompt.length}: nothing was sent.`,
  );
}

/** An extension has no length of its own: the servers refuse one without. */
export function requireSeconds(seconds: string): void {
  if (!/^\d+(\.\d+)?$/.test(seconds) || Number(seconds) <= 0) {
    throw new VideoToolsetError(
      'invalid_argument',
      `seconds must be a positive number, not ${JSON.stringify(seconds)}: nothing was sent.`,
    );
  }
}

function wireSeconds(seconds: string, profile: Profile): string | number {
  requireSeconds(seconds);
  return profile.seconds === 'number' ? Number(seconds) : seconds;
}

function wireSize(size: string, profile: Profile): Record<string, unknown> {
  if (profile.size === 'size') return { size };
  const { width, height } = dimensions(size);
  return { width, height };
}

function dimensions(size: string): { width: number; height: number } {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  if (width === undefined || height === undefined) {
    throw new VideoToolsetError(
      'invalid_argument',
      `size must be WIDTHxHEIGHT, not ${JSON.stringify(size)}: nothing was sent.`,
    );
  }
  return { width: Number(width), height: Number(height) };
}

function passedThrough(extra: Record<string, unknown> = {}): Record<string, unknown> {
  const taken = Object.keys(extra).find((name) => RESERVED.includes(name));
  if (taken === undefined) return extra;
  throw new VideoToolsetError('invalid_argument', `extra must not set ${taken}: it has a parameter of its own.`);
}

/** A picture we hold the bytes of: a file, a Blob or a data URL. */
function uploadable(input: FileInput): { path: string } | Blob | undefined {
  if (input instanceof Blob || 'path' in input) return input;
  if (!('url' in input) || !input.url.startsWith('data:')) return undefined;
  const [, type = '', base64] = /^data:([^;,]*)(?:;[^,]*)?;base64,(.*)$/s.exec(input.url) ?? [];
  if (base64 === undefined)
    throw new VideoToolsetError(
      'invalid_media',
      'The data URL of the reference image is not base64: nothing was sent.',
    );
  return new Blob([Buffer.from(base64, 'base64')], { type });
}

function wireReference(input: FileInput, profile: Profile): Record<string, unknown> {
  if (!(input instanceof Blob) && 'url' in input) {
    if (profile.referenceUrl === 'reference_url') return { reference_url: input.url };
    return { [profile.referenceUrl]: { image_url: input.url } };
  }
  if (!(input instanceof Blob) && 'file_id' in input && profile.takesFileIds)
    return { input_reference: { file_id: input.file_id } };
  throw new VideoToolsetError(
    'unsupported',
    `${profile.label} stores no files that a file_id could name: nothing was sent.`,
    {
      next_step: 'Give the image as a file or as an address.',
    },
  );
}

async function fittedUpload(
  image: { path: string } | Blob,
  size: string | undefined,
  fit: Fit,
  workspace: Workspace,
): Promise<{ upload: Upload; notice?: string }> {
  const upload = await openUpload('input_reference', image, workspace);
  if (upload.blob.size > MAX_IMAGE_BYTES) {
    throw new VideoToolsetError(
      'invalid_media',
      `${upload.filename} has ${upload.blob.size} bytes, and a reference image may have 20 MiB: nothing was sent.`,
    );
  }
  const target = size === undefined ? undefined : dimensions(size);
  const fitted = await fitImage(Buffer.from(await upload.blob.arrayBuffer()), target, fit);
  if (fitted.bytes === undefined)
    return { upload, ...(fitted.notice !== undefined && { notice: `${upload.filename} ${fitted.notice}` }) };
  const filename = `${upload.filename.replace(/\.\w+$/, '')}.png`;
  const blob = new Blob([new Uint8Array(fitted.bytes)], { type: 'image/png' });
  return { upload: { field: upload.field, blob, filename }, notice: `${upload.filename} ${fitted.notice}` };
}
