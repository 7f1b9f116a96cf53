import type { Readable } from 'node:stream';

/** Ends a body nobody wants; that it then breaks off is no news. */
export function discard(body: Readable): void {
  body.on('error', () => undefined);
  body.destroy();
}
