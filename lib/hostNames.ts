import { hostname, networkInterfaces } from 'node:os';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const EVERYWHERE = ['0.0.0.0', '::'];

export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(bracketed(host)) || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The names that a server goes by, where it listens on that address. */
export function namesOf(host: string, allowed: readonly string[] = []): string[] {
  const here = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
  const own = EVERYWHERE.includes(host) ? [hostname(), ...here] : [host];
  return [...LOOPBACK, ...[...own, ...allowed.map(withoutPort)].map((name) => bracketed(name).toLowerCase())];
}

/** Is this `Host` one of these names, at whatever port? */
export function isNamed(host: string, names: readonly string[]): boolean {
  const url = `http://${host}`;
  return /^[^/?#@\\]+$/.test(host) && URL.canParse(url) && names.includes(new URL(url).hostname);
}

/** A name is known at whatever port. */
function withoutPort(name: string): string {
  return name.replace(/^([^:]+|\[.+\]):\d+$/, '$1');
}

/** As addresses of IPv6 stand in a header. */
function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
