import { createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createBearerCheck, createTextCheck } from '../bearer.ts';
import { isLoopback, isNamed, namesOf } from '../hostNames.ts';
import { RequestError } from './answers.ts';
import { readFields, textOf } from './fields.ts';

export interface GuardOptions {
  /** Where the studio listens. */
  host: string;
  /** Further names under which it is reached, such as a proxy's. @default [] */
  allowedHosts?: readonly string[];
  /** What clients send as bearer token, and people type once into the page. @default none is asked for */
  token?: string;
}

const READING = ['GET', 'HEAD', 'OPTIONS'];
/** What tells nothing of any clip: the page itself, and the way in. */
const OPEN_ROUTES = ['/', '/studio/page/:file', '/studio/session'];

/**
 * Lets nothing in that a foreign web page sends, by its Origin or by a name that was made to point here, nor anyone
 * without the token where one is set. A browser's pictures and event streams cannot send a token: they bring a cookie.
 */
export function registerGuard(server: FastifyInstance, { host, allowedHosts = [], token }: GuardOptions): void {
  const names = isLoopback(host) ? namesOf(host, allowedHosts) : undefined;
  const allowed = allowedHosts.map((name) => name.toLowerCase());
  const entry = token === undefined ? undefined : createEntry(token);

  server.addHook('onRequest', async (request, reply) => {
    // Bytes of a clip are a clip, whatever they look like.
    reply.header('x-content-type-options', 'nosniff');
    const { host: asked = '', origin } = request.headers;
    if (names !== undefined && !isNamed(asked, names)) throw foreignHost();
    const isOwn = origin === undefined || origin.replace(/^https?:\/\//, '') === asked || isOneOf(origin, allowed);
    if (!READING.includes(request.method) && !isOwn) throw foreignOrigin();
    if (entry === undefined || OPEN_ROUTES.includes(request.routeOptions.url ?? '') || entry.isLetIn(request)) return;
    reply.header('www-authenticate', 'Bearer');
    throw new RequestError(401, 'This studio asks for a token, and none or another one came.', {
      code: 'invalid_api_key',
    });
  });

  server.post('/studio/session', async (request, reply) => {
    const given = textOf('token', (await readFields(request, ['token'])).token, 1_000);
    if (entry !== undefined) {
      if (!entry.isToken(given)) throw new RequestError(401, 'That is not the token.', { code: 'invalid_api_key' });
      reply.header('set-cookie', entry.cookieFor(request));
    }
    return reply.code(204).send();
  });
}

/** A cookie is made of the token, so that it holds in every process that has the same one, and tells nobody the token. */
function createEntry(token: string) {
  const bringsToken = createBearerCheck(token);
  const session = createHmac('sha256', token).update('the page of the studio').digest('base64url');
  const isSession = createTextCheck(session);
  // Browsers keep the cookies of all ports of a host together.
  const nameFor = ({ socket }: FastifyRequest) => `studio_${socket.localPort}`;
  return {
    isToken: createTextCheck(token),
    isLetIn(request: FastifyRequest): boolean {
      const { authorization, cookie = '' } = request.headers;
      const name = nameFor(request);
      const [value = ''] = cookie
        .split('; ')
        .flatMap((pair) => (pair.startsWith(`${name}=`) ? [pair.slice(name.length + 1)] : []));
      return bringsToken(authorization) || isSession(value);
    },
    cookieFor: (request: FastifyRequest) => `${nameFor(request)}=${session}; Path=/; HttpOnly; SameSite=Strict`,
  };
}

function isOneOf(origin: string, names: readonly string[]): boolean {
  return URL.canParse(origin) && names.includes(new URL(origin).hostname);
}

function foreignHost(): RequestError {
  return new RequestError(
    403,
    'This studio is not known by that name: its Host header names neither this machine nor an allowed host (--allowed-host).',
    { code: 'foreign_host' },
  );
}

function foreignOrigin(): RequestError {
  return new RequestError(403, 'A web page of another origin may change nothing here (--allowed-host allows one).', {
    code: 'foreign_origin',
  });
}
