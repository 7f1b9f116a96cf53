import type { Job, Jobs } from './jobs.ts';
import { type Handler, listen, type Received } from './server.ts';

export type ServerName =
  | 'auto'
  | 'studio'
  | 'openai'
  | 'azure'
  | 'sglang'
  | 'vllm-omni'
  | 'litellm'
  | 'tensorrt-llm'
  | 'new-api';

export type Operation = 'list' | 'delete' | 'remix' | 'edit' | 'extend' | 'createCharacter' | 'retrieveCharacter';

/** What a client has to be told to speak to a server. */
export interface Connection {
  apiKey?: string;
  headers?: Record<string, string>;
  query?: Record<string, string>;
}

export interface Facts {
  name: string;
  /** The profile a client should be configured with. */
  server: ServerName;
  connection: Connection;
  /** Beyond create, retrieve and content, which all have. */
  offers: readonly Operation[];
  /** What it is known not to offer. */
  refuses: readonly Operation[];
  variants: readonly string[];
  /** Ways to name a reference image that it does not take. @default none */
  refusesImages?: readonly ('file' | 'url' | 'data')[];
}

export interface Dialect extends Facts, AsyncDisposable {
  baseUrl: string;
  received: readonly Received[];
  /** Jobs made so far. */
  readonly created: number;
  readonly jobs: readonly Job[];
}

/** What servers that only make clips do without. */
export const EDITING: readonly Operation[] = ['remix', 'edit', 'extend', 'createCharacter', 'retrieveCharacter'];
export const EVERY_OPERATION: readonly Operation[] = ['list', 'delete', ...EDITING];

/** A server of one dialect, below `prefix`. */
export async function startDialect(facts: Facts, jobs: Jobs, handle: Handler, prefix = '/v1'): Promise<Dialect> {
  const server = await listen(handle);
  return {
    ...facts,
    baseUrl: server.origin + prefix,
    received: server.received,
    jobs: jobs.all,
    get created() {
      return jobs.created;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The decoded parts of a path below `prefix`; undefined where it lies elsewhere. */
export function segmentsOf({ path }: Received, prefix = '/v1'): string[] | undefined {
  if (!path.startsWith(`${prefix}/videos`)) return undefined;
  return path
    .slice(prefix.length + '/videos'.length)
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
}

/** Fields by name, whichever way they came; parts with a file name stay out. */
export function fieldsOf(request: Received): Record<string, unknown> {
  if (!request.isMultipart) return typeof request.json === 'object' ? { ...request.json } : {};
  const texts = request.parts.filter(({ filename }) => filename === undefined);
  return Object.fromEntries(texts.map(({ name, bytes }) => [name, bytes.toString()]));
}

export function upload(request: Received, name: string) {
  return request.parts.find((part) => part.name === name && part.filename !== undefined);
}
