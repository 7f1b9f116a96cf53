import { openAsBlob } from 'node:fs';
import mime from 'mime-types';
import { FormData } from 'undici';
import { VideoToolsetError } from '../errors.ts';
import { mediaTypeOf } from '../media/sniff.ts';
import type { Workspace } from '../workspace.ts';
import { multipart } from './multipart.ts';
import type { RequestBody } from './outgoing.ts';

/** What is to be sent, before its encoding is chosen: only what the caller set. */
export interface WireRequest {
  fields: Record<string, unknown>;
  upload?: Upload;
}

export interface Upload {
  field: string;
  /** Backed by its file, so that it streams; its type comes from magic bytes. */
  blob: Blob;
  filename: string;
  /** Where these very bytes lie on the disk. */
  absolute?: string;
}

/** Objects that the reference writes as `name[key]` in multipart; others go as JSON texts. */
const BRACKETED = ['input_reference', 'video', 'characters'];
/** A data URL in JSON may have 20,971,520 characters (the reference's limit for `image_url`). */
const MAX_DATA_URL_BYTES = 15_728_000;
const SNIFFED_BYTES = 4_100;

/** @throws VideoToolsetError `invalid_media` for a file too large for JSON */
export async function encode({ fields, upload }: WireRequest, encoding: 'json' | 'multipart'): Promise<RequestBody> {
  if (encoding === 'json') return { json: upload === undefined ? fields : { ...fields, ...(await inlined(upload)) } };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) append(form, name, value);
  if (upload?.absolute !== undefined) {
    const { field, filename, blob, absolute } = upload;
    const texts = [...form].map(([name, value]) => [name, String(value)] as const);
    return { multipart: multipart(texts, { field, filename, type: blob.type, bytes: blob.size, absolute }) };
  }
  if (upload !== undefined) form.append(upload.field, upload.blob, upload.filename);
  return { form };
}

/** A file of the workspace, or bytes in memory, ready to be sent. */
export async function openUpload(field: string, input: { path: string } | Blob, workspace: Workspace): Promise<Upload> {
  if (input instanceof Blob) {
    const type = await mediaTypeOf(new Uint8Array(await input.slice(0, SNIFFED_BYTES).arrayBuffer()));
    const blob = input.type === type ? input : input.slice(0, input.size, type);
    return { field, blob, filename: input instanceof File ? input.name : `upload.${mime.extension(type) || 'bin'}` };
  }
  const { absolute, path } = await workspace.find(input.path);
  const blob = await openAsBlob(absolute);
  const type = await mediaTypeOf(new Uint8Array(await blob.slice(0, SNIFFED_BYTES).arrayBuffer()));
  return { field, blob: await openAsBlob(absolute, { type }), filename: path.split('/').at(-1) ?? 'upload', absolute };
}

function append(form: FormData, name: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null) form.append(name, String(value));
  else if (!BRACKETED.includes(name)) form.append(name, JSON.stringify(value));
  else if (Array.isArray(value)) for (const entry of value) appendKeys(form, `${name}[]`, entry);
  else appendKeys(form, name, value);
}

function appendKeys(form: FormData, name: string, value: object): void {
  for (const [key, entry] of Object.entries(value)) form.append(`${name}[${key}]`, String(entry));
}

async function inlined({ field, blob }: Upload): Promise<Record<string, unknown>> {
  if (field !== 'input_reference') throw tooLarge('This server takes no file uploads');
  if (blob.size > MAX_DATA_URL_BYTES) throw tooLarge(`The image has ${blob.size} bytes, more than JSON may carry`);
  const base64 = Buffer.from(await blob.arrayBuffer()).toString('base64');
  return { input_reference: { image_url: `data:${blob.type};base64,${base64}` } };
}

function tooLarge(what: string): VideoToolsetError {
  return new VideoToolsetError('invalid_media', `${what}: nothing was sent.`);
}
