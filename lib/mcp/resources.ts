import { open, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ListResourcesResult, ReadResourceResult, Resource } from '@modelcontextprotocol/server';
import mime from 'mime-types';
import { systemCode, VideoToolsetError } from '../errors.ts';
import type { Workspace, WorkspaceFile } from '../workspace.ts';
import type { Sdk } from './sdk.ts';
import { partOf, URI_TEMPLATE, uriOf } from './uri.ts';

/** Of one answer; as base64 it stays well below the 10 MB that clients take for one message. */
export const PART_BYTES = 4 * 1_024 * 1_024;
const PAGE = 100;
/** A workspace that somebody put a whole disk into is not walked to its end. */
const MOST_FILES = 5_000;

export const RESOURCE_TEMPLATE = {
  name: 'workspace-file',
  title: 'A file of the workspace',
  description: `Clips and pictures, by their path. More than ${PART_BYTES} bytes are read in parts, with offset and length.`,
  uriTemplate: URI_TEMPLATE,
};

/** The workspace's files, newest first; the cursor is the last file of the page before. */
export async function listResources(
  workspace: Workspace,
  cursor: string | undefined,
  { ProtocolError, ProtocolErrorCode }: Sdk,
): Promise<ListResourcesResult> {
  const after = cursor === undefined ? undefined : placeOf(cursor);
  if (cursor !== undefined && after === undefined)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'The cursor is none of this server.');
  const names = await filesBelow(workspace.root, '');
  const found = await Promise.all(names.map((name) => workspace.find(name).catch(withoutRefused)));
  const files = found.filter((file) => file !== undefined).sort(byAge);
  const left = after === undefined ? files : files.filter((file) => byAge(file, after) > 0);
  const page = left.slice(0, PAGE);
  const last = page.at(-1);
  return {
    resources: page.map(resourceOf),
    ...(left.length > PAGE && last && { nextCursor: cursorOf(last) }),
  };
}

/** A file, or a part of it; a text as a whole is text, everything else base64. */
export async function readResource(workspace: Workspace, uri: string, sdk: Sdk): Promise<ReadResourceResult> {
  const { ProtocolError, ProtocolErrorCode, ResourceNotFoundError } = sdk;
  const part = partOf(uri);
  if (part === undefined) throw new ResourceNotFoundError(uri);
  const file = await workspace.find(part.path).catch((error) => {
    if (!(error instanceof VideoToolsetError)) throw error;
    if (error.code === 'file_not_found') throw new ResourceNotFoundError(uri, error.message);
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, error.message);
  });
  const isWhole = part.offset === undefined && part.length === undefined;
  if (isWhole && file.bytes > PART_BYTES) {
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `${file.path} has ${file.bytes} bytes, more than one answer holds: read it in parts, ` +
        `${uriOf(file.path)}?offset=0&length=${PART_BYTES} and so on.`,
    );
  }
  const bytes = await bytesOf(file, part.offset ?? 0, Math.min(part.length ?? PART_BYTES, PART_BYTES));
  const mimeType = typeOf(file.path);
  const isText = isWhole && /^(text\/|application\/json$)/.test(mimeType);
  const content = isText ? { text: bytes.toString('utf8') } : { blob: bytes.toString('base64') };
  return { contents: [{ uri, mimeType, ...content }] };
}

async function bytesOf(file: WorkspaceFile, offset: number, length: number): Promise<Buffer> {
  const wanted = Math.max(0, Math.min(length, file.bytes - offset));
  const handle = await open(file.absolute, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function resourceOf({ path: name, bytes, modifiedMs }: WorkspaceFile): Resource {
  return {
    uri: uriOf(name),
    name,
    mimeType: typeOf(name),
    size: bytes,
    annotations: { lastModified: new Date(modifiedMs).toISOString() },
  };
}

function typeOf(name: string): string {
  return mime.lookup(name) || 'application/octet-stream';
}

type Place = Pick<WorkspaceFile, 'modifiedMs' | 'path'>;

function byAge(first: Place, second: Place): number {
  return second.modifiedMs - first.modifiedMs || (first.path < second.path ? -1 : first.path > second.path ? 1 : 0);
}

function cursorOf({ modifiedMs, path: name }: Place): string {
  return Buffer.from(JSON.stringify([modifiedMs, name])).toString('base64url');
}

function placeOf(cursor: string): Place | undefined {
  try {
    const [modifiedMs, name, ...rest] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const isPlace = typeof modifiedMs === 'number' && typeof name === 'string' && rest.length === 0;
    return isPlace ? { modifiedMs, path: name } : undefined;
  } catch {
    return undefined;
  }
}

/** Names relative to the root; hidden ones and links are left out, as is a folder that cannot be read. */
async function filesBelow(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch((error) => {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemCode(error) ?? '')) return [];
    throw error;
  });
  const names: string[] = [];
  // A folder that is full, such as that of the published files, leaves room for what lies above it.
  for (const entry of entries.toSorted((a, b) => Number(a.isDirectory()) - Number(b.isDirectory()))) {
    if (entry.name.startsWith('.') || names.length >= MOST_FILES) continue;
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) names.push(...(await filesBelow(root, name)));
    else if (entry.isFile()) names.push(name);
  }
  return names.slice(0, MOST_FILES);
}

/** What the workspace keeps out of reach is not listed either; nor is what has just gone. */
function withoutRefused(error: unknown): undefined {
  if (!(error instanceof VideoToolsetError)) throw error;
}
