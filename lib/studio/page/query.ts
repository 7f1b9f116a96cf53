import { RequestError } from '../answers.ts';
import type { CardQuery } from './reads.ts';
import type { Status } from './wire.ts';

const STATUSES: readonly Status[] = ['queued', 'in_progress', 'completed', 'failed'];
const MOST_JOBS = 500;
const MOST_CHARACTERS = 200;

/** @throws RequestError 400 */
export function cardQuery({ query = '', status, before, limit = '100' }: Record<string, unknown>): CardQuery {
  if (typeof query !== 'string' || query.length > MOST_CHARACTERS)
    throw invalid('query', `a text of at most ${MOST_CHARACTERS} characters`);
  const most = wholeNumber('limit', limit);
  if (most < 1 || most > MOST_JOBS) throw invalid('limit', `a number from 1 to ${MOST_JOBS}`);
  return {
    search: query,
    limit: most,
    ...(status !== undefined && status !== '' && { statuses: statusesOf(status) }),
    ...(before !== undefined && { before: wholeNumber('before', before) }),
  };
}

function statusesOf(value: unknown): Status[] {
  return String(value)
    .split(',')
    .map((name) => {
      const status = STATUSES.find((known) => known === name);
      if (status === undefined) throw invalid('status', `one or some of ${STATUSES.join(',')}`);
      return status;
    });
}

export function wholeNumber(name: string, value: unknown): number {
  if (typeof value === 'string' && /^\d{1,15}$/.test(value)) return Number(value);
  throw invalid(name, 'a whole number');
}

function invalid(param: string, expected: string): RequestError {
  return new RequestError(400, `Invalid '${param}': expected ${expected}.`, { param, code: 'invalid_value' });
}
