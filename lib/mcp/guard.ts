import type { IncomingHttpHeaders } from 'node:http';
import { createBearerCheck } from '../bearer.ts';
import type { Sdk } from './sdk.ts';

export interface Refusal {
  status: 401 | 403;
  message: string;
}

const FOREIGN =
  'This Host or Origin is not served here. Whoever runs the server names further ones with --allowed-host.';

/**
 * Lets nobody in whom a foreign web page sent (by Origin, or by a name that was made to point here), nor anyone without
 * the token where one is set.
 */
export function createGuard({ validateHostHeader, validateOriginHeader }: Sdk, names: string[], token?: string) {
  const bringsToken = token === undefined ? () => true : createBearerCheck(token);
  return ({ host, origin, authorization }: IncomingHttpHeaders): Refusal | undefined => {
    const isKnown = validateHostHeader(host, names).ok && validateOriginHeader(origin, names).ok;
    if (!isKnown) return { status: 403, message: FOREIGN };
    if (bringsToken(authorization)) return undefined;
    return { status: 401, message: 'A bearer token is needed, and none or another one came.' };
  };
}
