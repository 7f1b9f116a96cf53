import { parseMultipart } from '../dialects/multipart.ts';
import type { Received } from '../support/server.ts';

export type Operation = 'create' | 'remix' | 'edit' | 'extend' | 'characters';

/** What a request asks to be made. */
export interface Order {
  operation: Operation;
  fields: Record<string, unknown>;
  /** Names of the fields that came as files. */
  files: string[];
  /** The job it is made from. */
  source?: string;
}

export function orderOf({ url, headers, body }: Received): Order {
  const { pathname } = new URL(url, 'http://provider');
  const [, remixed] = /^\/v1\/videos\/([^/]+)\/remix$/.exec(pathname) ?? [];
  const operation = remixed === undefined ? (OPERATIONS[pathname] ?? 'create') : 'remix';
  const parts = parseMultipart(headers['content-type'], body);
  const files = parts?.filter(({ filename }) => filename !== undefined).map(({ name }) => name) ?? [];
  const texts = parts?.filter(({ filename }) => filename === undefined) ?? [];
  const fields: Record<string, unknown> =
    parts === undefined
      ? JSON.parse(body.toString())
      : Object.fromEntries(texts.map(({ name, bytes }) => [name, bytes.toString()]));
  const { video } = fields;
  const named = typeof video === 'object' && video !== null && 'id' in video ? String(video.id) : undefined;
  const source = remixed ?? named;
  return { operation, fields, files, ...(source !== undefined && { source }) };
}

const OPERATIONS: Record<string, Operation> = {
  '/v1/videos/edits': 'edit',
  '/v1/videos/extensions': 'extend',
  '/v1/videos/characters': 'characters',
};
