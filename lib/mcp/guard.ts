import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';
import type { Sdk } from './sdk.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const EVERYWHERE = ['0.0.0.0', '::'];

export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(bracketed(host)) || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The names that this server goes by, where it listens on that address. */
export function namesOf(host: string, allowed: readonly string[] = []): string[] {
  const here = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
  const own = EVERYWHERE.includes(host) ? [hostname(), ...here] : [host];
  return [...LOOPBACK, ...[...own, ...allowed].map((name) => bracketed(name).toLowerCase())];
}

export interface Refusal {
  status: 401 | 403;
  message: string;
}

/**
 * Lets nobody in whom a foreign web page sent (by Origin, or by a name that was made to point here), nor anyone without
 * the token where one is set.
 */
export function createGuard({ validateHostHeader, validateOriginHeader }: Sdk, names: string[], token?: string) {
  const wanted = token === undefined ? undefined : digest(token);
  return ({ host, origin, authorization = '' }: IncomingHttpHeaders): Refusal | undefined => {
    const isKnown = validateHostHeader(host, names).ok && validateOriginHeader(origin, names).ok;
    if (!isKnown) return { status: 403, message: 'This Host or Origin is not served here.' };
    const [, given = ''] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    const isLetIn = wanted === undefined || timingSafeEqual(wanted, digest(given));
    return isLetIn ? undefined : { status: 401, message: 'A bearer token is needed, and none or another one came.' };
  };
}

/** Texts of any length take the same time to compare. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** As addresses of IPv6 stand in a header. */
function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
