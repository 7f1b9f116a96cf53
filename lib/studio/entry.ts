import { createHash, createHmac } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { createBearerCheck, createTextCheck } from '../bearer.ts';

/** Who comes in with which token. */
export interface Entry {
  /** A name that tells callers apart and nothing of their tokens; undefined for who brings none. */
  callerOf(request: FastifyRequest): string | undefined;
  /** The cookie for who knows a token; undefined where that is none. */
  cookieFor(token: string, request: FastifyRequest): string | undefined;
}

/**
 * A browser's pictures and event streams cannot send a token: they bring a cookie. It is made of the token, so that it
 * holds in every process that has the same one, and tells nobody the token.
 */
export function createEntry(tokens: readonly string[]): Entry {
  const known = tokens.map((token) => {
    const session = createHmac('sha256', token).update('the page of the studio').digest('base64url');
    return {
      caller: createHash('sha256').update(`a caller of the studio: ${token}`).digest('hex').slice(0, 16),
      session,
      ...{
        isToken: createTextCheck(token),
        bringsToken: createBearerCheck(token),
        isSession: createTextCheck(session),
      },
    };
  });
  // Browsers keep the cookies of all ports of a host together.
  const nameFor = ({ socket }: FastifyRequest) => `studio_${socket.localPort}`;
  return {
    callerOf(request) {
      const { authorization, cookie = '' } = request.headers;
      const name = nameFor(request);
      const pair = cookie.split('; ').find((text) => text.startsWith(`${name}=`)) ?? '';
      const value = pair.slice(name.length + 1);
      // All of them are compared, so that the time tells nothing.
      return known.filter((entry) => entry.bringsToken(authorization) || entry.isSession(value))[0]?.caller;
    },

    cookieFor(token, request) {
      const [entry] = known.filter(({ isToken }) => isToken(token));
      // A proxy has the certificate: only the browser tells how the page was reached.
      const secure = request.headers.origin?.startsWith('https://') ? '; Secure' : '';
      return entry && `${nameFor(request)}=${entry.session}; Path=/; HttpOnly; SameSite=Strict${secure}`;
    },
  };
}
