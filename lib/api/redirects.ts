import { requireFetchable } from '../foreign.ts';
import type { Connections } from './connections.ts';
import { discard } from './discard.ts';
import type { HttpRequest, HttpResponse } from './http.ts';

const MOST_REDIRECTS = 5;

interface Home {
  base: URL;
  /** May an address elsewhere lie in a private network? */
  allowPrivate: boolean;
  credentials: Record<string, string>;
  /** Are the connections our own, so that nobody else holds what they read? */
  ownsChunks: boolean;
}

type Opened = Pick<HttpRequest, 'method' | 'headers' | 'signal'>;

/** Opens a stream of bytes and follows redirects; credentials go to the API's own origin only. */
export function createOpener({ own, elsewhere }: Connections, { base, allowPrivate, credentials, ownsChunks }: Home) {
  const open = async (request: Opened, url: URL, redirectsLeft = MOST_REDIRECTS): Promise<HttpResponse> => {
    const isOwn = url.origin === base.origin;
    if (!isOwn) requireFetchable(url, base, allowPrivate);
    const { statusCode: status, ...response } = await (isOwn ? own : elsewhere).request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: { ...request.headers, ...(isOwn && credentials) },
      signal: request.signal ?? null,
    });
    const { location } = response.headers;
    if (status < 300 || status > 399 || typeof location !== 'string' || redirectsLeft === 0)
      return { status, ...response, ownsChunks };
    discard(response.body);
    return await open(request, new URL(location, url), redirectsLeft - 1);
  };
  return open;
}
