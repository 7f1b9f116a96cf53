import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetch } from 'undici';
import { VideoToolsetError } from '../errors.ts';

/** A web server may see a new file a moment later than it is there. */
const PAUSES_MS = [200, 800, 2_000];
const TIMEOUT_MS = 15_000;
const TAIL_BYTES = 1_024;

export interface Expected {
  bytes: number;
  contentType: string;
  /** The file itself, to compare with. */
  absolute: string;
}

/**
 * Asks a public address as a stranger would, and compares what it serves with the file: status, length, type, and the last
 * bytes, which an older file of the same length does not share.
 * @throws VideoToolsetError `publish_failed`, saying what is not as it should be
 */
export async function checkPublicAddress(url: string, expected: Expected, signal?: AbortSignal): Promise<void> {
  for (const pause of [...PAUSES_MS, undefined]) {
    const problem = await problemOf(url, expected, signal);
    if (problem === undefined) return;
    if (pause === undefined || !problem.mayPass) throw notServed(url, problem.what);
    await sleep(pause, undefined, { ...(signal && { signal }) });
  }
}

interface Problem {
  what: string;
  /** May it be gone in a moment? */
  mayPass: boolean;
}

async function problemOf(url: string, expected: Expected, signal?: AbortSignal): Promise<Problem | undefined> {
  const from = Math.max(0, expected.bytes - TAIL_BYTES);
  try {
    const head = await ask(url, 'HEAD', {}, signal);
    // Some servers know no HEAD: then the part tells it all.
    if (![405, 501].includes(head.status)) {
      const problem = headProblem(head.status, head.headers, expected);
      if (problem !== undefined) return problem;
    }
    const part = await ask(url, 'GET', { range: `bytes=${from}-${expected.bytes - 1}` }, signal);
    if (part.status !== 206 && part.status !== 200)
      return { what: `a part of it is answered with HTTP ${part.status}`, mayPass: part.status >= 500 };
    if (essence(part.headers.get('content-type')) !== expected.contentType) return typeProblem(part.headers, expected);
    const total =
      part.status === 206 ? totalOf(part.headers) : Number(part.headers.get('content-length') ?? Number.NaN);
    if (total !== expected.bytes) return lengthProblem(total, expected);
    if (part.status === 200) {
      await part.body?.cancel();
      return undefined;
    }
    const served = Buffer.from(await part.arrayBuffer());
    const isSame = served.equals(await tailOf(expected.absolute, from));
    return isSame ? undefined : { what: 'it serves other bytes: an older file, or a cache of one', mayPass: true };
  } catch (error) {
    if (signal?.aborted) throw error;
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return { what: `it cannot be reached (${cause instanceof Error ? cause.message : String(cause)})`, mayPass: true };
  }
}

function ask(url: string, method: 'HEAD' | 'GET', headers: Record<string, string>, signal?: AbortSignal) {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  return fetch(url, {
    method,
    headers: { ...headers, 'accept-encoding': 'identity' },
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
  });
}

type Served = Awaited<ReturnType<typeof ask>>['headers'];

function headProblem(status: number, headers: Served, expected: Expected): Problem | undefined {
  if (status !== 200) return { what: `it answers with HTTP ${status}`, mayPass: status === 404 || status >= 500 };
  if (essence(headers.get('content-type')) !== expected.contentType) return typeProblem(headers, expected);
  const length = headers.get('content-length');
  return length === null || Number(length) === expected.bytes ? undefined : lengthProblem(Number(length), expected);
}

function typeProblem(headers: Served, { contentType }: Expected): Problem {
  return {
    what: `it says that it is ${headers.get('content-type') ?? 'of no type'}, not ${contentType}`,
    mayPass: false,
  };
}

function lengthProblem(length: number, { bytes }: Expected): Problem {
  return { what: `it has ${Number.isNaN(length) ? 'no length' : `${length} bytes`}, not ${bytes}`, mayPass: true };
}

function essence(type: string | null): string | undefined {
  return type?.split(';')[0]?.trim().toLowerCase();
}

function totalOf(headers: Served): number {
  return Number(/\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
}

async function tailOf(file: string, from: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function notServed(url: string, what: string): VideoToolsetError {
  return new VideoToolsetError('publish_failed', `The file lies at its place, but ${url} does not serve it: ${what}.`, {
    retryable: true,
    next_step:
      'Check that CDN_PUBLIC_URL is the address of the CDN_URL folder, and the web server behind it; then publish again.',
  });
}
