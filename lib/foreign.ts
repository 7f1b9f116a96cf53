import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { VideoToolsetError } from './errors.ts';

const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4');
  // As a network without IPv4 reaches it: RFC 6052.
  PRIVATE.addSubnet(`64:ff9b::${network}`, 96 + prefix, 'ipv6');
}
for (const [network, prefix] of [
  ['::', 96],
  // Ways to IPv4 of one's own network: RFC 8215, RFC 7915.
  ['64:ff9b:1::', 48],
  ['::ffff:0:0:0', 96],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv6');
}

/** Is this an address of this machine or of a network behind it? Source: IANA's special-purpose registries. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '');
  const family = isIP(plain);
  return family !== 0 && PRIVATE.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}

/** A name's meaning is checked where the connection is made, so that it cannot change in between. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const allowed = addresses.filter(({ address }) => !isPrivateAddress(address));
    const [first] = allowed;
    if (first === undefined) return callback(refusedAddress(hostname), '', 0);
    if (options.all) callback(null, allowed);
    else callback(null, first.address, first.family);
  });
};

/** @throws VideoToolsetError `invalid_response` for an address that must not be fetched */
export function requireFetchable(url: URL, api: URL, allowPrivate: boolean): void {
  const isAllowedScheme = url.protocol === 'https:' || (url.protocol === 'http:' && api.protocol === 'http:');
  if (!isAllowedScheme)
    throw new VideoToolsetError(
      'invalid_response',
      `The server names an address that begins with ${url.protocol}, which is not fetched.`,
    );
  if (!allowPrivate && (isPrivateAddress(url.hostname) || url.hostname === 'localhost'))
    throw refusedAddress(url.hostname);
}

function refusedAddress(hostname: string): VideoToolsetError {
  return new VideoToolsetError(
    'invalid_response',
    `The server names the private address ${hostname}, which is not fetched.`,
    {
      next_step: 'If that server is yours, set allowPrivateAddresses.',
    },
  );
}
