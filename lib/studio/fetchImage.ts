import { Agent, type Dispatcher } from 'undici';
import { VideoToolsetError } from '../errors.ts';
import { isPrivateAddress, publicLookup } from '../foreign.ts';
import { RequestError } from './answers.ts';
import type { Upload, Uploads } from './uploads.ts';

const MOST_REDIRECTS = 3;
const CONNECT_TIMEOUT_MS = 5_000;
const TIME_LIMIT_MS = 20_000;

export interface FetchImageOptions {
  uploads: Uploads;
  mostBytes: number;
  /** May the address lie in a private network? */
  allowPrivate: boolean;
  signal: AbortSignal;
  /** @default 20000 */
  timeLimitMs?: number;
}

/**
 * Fetches a picture that a request names, without any credentials. What the name means is checked where the connection is
 * made, at every redirect, so that nobody reaches through the studio what only the studio can reach.
 * @throws RequestError 400
 */
export async function fetchImage(address: string, options: FetchImageOptions): Promise<Upload> {
  const { uploads, mostBytes, allowPrivate, timeLimitMs = TIME_LIMIT_MS } = options;
  const limit = AbortSignal.timeout(timeLimitMs);
  const signal = AbortSignal.any([options.signal, limit]);
  const agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(!allowPrivate && { lookup: publicLookup }) },
  });
  try {
    const body = await open(new URL(address), { agent, allowPrivate, signal });
    const upload = await uploads.save(body, mostBytes);
    if (upload === undefined) throw refused(`it has more than ${mostBytes} bytes`);
    return upload;
  } catch (error) {
    if (error instanceof RequestError) throw error;
    if (limit.aborted) throw refused(`it did not come within ${timeLimitMs / 1_000} seconds`);
    if (isRefusal(error)) throw privateAddress();
    throw refused('the connection failed');
  } finally {
    await agent.destroy();
  }
}

interface Opening {
  agent: Agent;
  allowPrivate: boolean;
  signal: AbortSignal;
}

async function open(
  url: URL,
  opening: Opening,
  redirectsLeft = MOST_REDIRECTS,
): Promise<Dispatcher.ResponseData['body']> {
  const { agent, allowPrivate, signal } = opening;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused(`it leads to ${url.protocol}`);
  // An address in numbers is not looked up.
  if (!allowPrivate && isPrivateAddress(url.hostname)) throw privateAddress();
  const { statusCode, headers, body } = await agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method: 'GET',
    headers: { accept: 'image/*', 'accept-encoding': 'identity' },
    signal,
  });
  // That a body breaks off is told to who reads it, and to nobody where it is not read.
  body.on('error', () => undefined);
  if (statusCode === 200) return body;
  body.destroy();
  const { location } = headers;
  if (statusCode < 300 || statusCode > 399 || typeof location !== 'string')
    throw refused(`it was answered with HTTP ${statusCode}`);
  if (redirectsLeft === 0 || !URL.canParse(location, url.href)) throw refused('it leads on and on');
  return await open(new URL(location, url), opening, redirectsLeft - 1);
}

/** The guard's, wherever undici puts it. */
function isRefusal(error: unknown): boolean {
  return error instanceof VideoToolsetError || (error instanceof Error && error.cause instanceof VideoToolsetError);
}

function privateAddress(): RequestError {
  return refused('it leads to a private address, which this studio does not fetch');
}

function refused(reason: string): RequestError {
  return new RequestError(400, `The image at image_url cannot be used: ${reason}.`, {
    param: 'input_reference',
    code: 'invalid_image_url',
  });
}
