import type { FastifyRequest } from 'fastify';
import { RequestError } from './answers.ts';

/** Who asks for a job, and under which key that is one job, however often it is asked for. */
export interface Sender {
  /** As far as callers are told apart. */
  caller: string;
  idempotency_key?: string;
}

/** Printable ASCII. */
const KEY = /^[ -~]{1,255}$/;

/**
 * Source of the header: draft-ietf-httpapi-idempotency-key-header, and the services that have it.
 * @throws RequestError 400 for a key that is none
 */
export function senderOf({ headers }: FastifyRequest, caller: string): Sender {
  const { 'idempotency-key': key } = headers;
  if (key === undefined) return { caller };
  if (typeof key === 'string' && KEY.test(key)) return { caller, idempotency_key: key };
  throw new RequestError(400, "Invalid 'Idempotency-Key': expected 1 to 255 printable ASCII characters, once.", {
    code: 'invalid_idempotency_key',
  });
}
