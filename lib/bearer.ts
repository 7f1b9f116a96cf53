import { createHash, timingSafeEqual } from 'node:crypto';

/** Does an `Authorization` header bring this token? */
export function createBearerCheck(token: string): (authorization?: string) => boolean {
  const isToken = createTextCheck(token);
  return (authorization = '') => isToken(/^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '');
}

/** Compares with a secret; texts of any length take the same time. */
export function createTextCheck(secret: string): (given: string) => boolean {
  const wanted = digest(secret);
  return (given) => timingSafeEqual(wanted, digest(given));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
