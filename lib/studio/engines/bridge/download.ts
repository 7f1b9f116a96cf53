import { lookup } from 'node:dns';
import { createWriteStream } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { usesProxy } from '../../../config.ts';
import { isPrivateAddress, publicLookup, requireFetchable } from '../../../foreign.ts';

/** A guard against a body without end: a minute at 4K has some 400 MB. */
const MAX_BYTES = 4 * 1024 ** 3;
const MOST_REDIRECTS = 5;

export interface DownloadOptions {
  /** Where the provider itself is: only one in a private network may name other addresses there. */
  provider: URL;
  signal: AbortSignal;
  /** Called as bytes arrive. */
  onBytes(): void;
}

/** Fetches the clip that a provider named, without credentials, to a file. */
export async function downloadClip(address: string, file: string, options: DownloadOptions): Promise<void> {
  const { hostname } = options.provider;
  const allowPrivate = isPrivateAddress(hostname) || hostname === 'localhost';
  const own = allowPrivate ? {} : { connect: { lookup: lookupBeside(hostname) } };
  const dispatcher = usesProxy() ? new EnvHttpProxyAgent(own) : new Agent(own);
  try {
    const { body, headers } = await open(new URL(address), { ...options, dispatcher, allowPrivate });
    let bytes = 0;
    await pipeline(
      body,
      async function* (chunks) {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          if (bytes > MAX_BYTES) throw new Error(`the clip has more than ${MAX_BYTES} bytes`);
          options.onBytes();
          yield chunk;
        }
      },
      createWriteStream(file, { flush: true }),
      { signal: options.signal },
    );
    const announced = Number(headers['content-length'] ?? bytes);
    if (bytes !== announced) throw new Error(`the clip ended after ${bytes} of ${announced} bytes`);
  } finally {
    await dispatcher.destroy();
  }
}

/** The provider itself is asked all the time, whatever its name means: as that of a container beside this one. */
function lookupBeside(provider: string): LookupFunction {
  return (hostname, ...rest) => (hostname === provider ? lookup : publicLookup)(hostname, ...rest);
}

async function open(
  url: URL,
  options: DownloadOptions & { dispatcher: Dispatcher; allowPrivate: boolean },
  redirectsLeft = MOST_REDIRECTS,
): Promise<Dispatcher.ResponseData> {
  const { provider, allowPrivate, dispatcher, signal } = options;
  requireFetchable(url, provider, allowPrivate || url.hostname === provider.hostname);
  const response = await request(url, { dispatcher, signal });
  const { statusCode: status, headers, body } = response;
  if (status === 200) return response;
  await body.dump();
  const { location } = headers;
  if (status < 300 || status > 399 || typeof location !== 'string' || redirectsLeft === 0)
    throw new Error(`the address of the clip answered with HTTP ${status}`);
  return await open(new URL(location, url), options, redirectsLeft - 1);
}
