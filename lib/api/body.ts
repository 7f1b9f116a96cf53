import { openAsBlob } from 'node:fs';
import { FormData } from 'undici';
import type { CharacterParameters, CreateParameters, EditParameters, FileInput } from '../../types/video.ts';
import { VideoToolsetError } from '../errors.ts';
import { mediaTypeOfFile } from '../media/sniff.ts';
import type { Workspace } from '../workspace.ts';
import type { HttpRequest } from './http.ts';

type Body = NonNullable<HttpRequest['body']>;
type Upload = { path: string } | Blob;

const RESERVED = ['prompt', 'video', 'input_reference', 'name'];

/** JSON where nothing is uploaded, multipart where a file is; only what the caller set is sent. */
export async function createBody(parameters: CreateParameters, workspace: Workspace): Promise<Body> {
  const { input_reference, extra, ...fields } = parameters;
  const plain = { ...fields, ...passedThrough(extra) };
  if (input_reference === undefined) return { json: plain };
  if (isUpload(input_reference)) return { form: await form(plain, 'input_reference', input_reference, workspace) };
  return { json: { ...plain, input_reference: wireReference(input_reference) } };
}

/** For edits and extensions: by id as JSON, by upload as multipart. */
export async function sourceBody(
  parameters: EditParameters & { seconds?: string },
  workspace: Workspace,
): Promise<Body> {
  const { video, extra, ...fields } = parameters;
  const plain = { ...fields, ...passedThrough(extra) };
  return isUpload(video) ? { form: await form(plain, 'video', video, workspace) } : { json: { ...plain, video } };
}

export async function characterBody({ video, name }: CharacterParameters, workspace: Workspace): Promise<Body> {
  return { form: await form({ name }, 'video', video, workspace) };
}

function isUpload(input: FileInput | EditParameters['video']): input is Upload {
  return input instanceof Blob || 'path' in input;
}

function wireReference(input: { url: string } | { file_id: string }): Record<string, string> {
  return 'url' in input ? { image_url: input.url } : { file_id: input.file_id };
}

function passedThrough(extra: Record<string, unknown> = {}): Record<string, unknown> {
  const taken = Object.keys(extra).find((name) => RESERVED.includes(name));
  if (taken !== undefined) {
    throw new VideoToolsetError('invalid_argument', `extra must not set ${taken}: it has a parameter of its own.`);
  }
  return extra;
}

async function form(
  fields: Record<string, unknown>,
  name: string,
  upload: Upload,
  workspace: Workspace,
): Promise<FormData> {
  const data = new FormData();
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined) data.append(field, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  if (upload instanceof Blob) {
    data.append(name, upload, upload instanceof File ? upload.name : 'upload');
    return data;
  }
  const { absolute, path } = await workspace.find(upload.path);
  const type = await mediaTypeOfFile(absolute);
  data.append(name, await openAsBlob(absolute, { type }), path.split('/').at(-1));
  return data;
}
