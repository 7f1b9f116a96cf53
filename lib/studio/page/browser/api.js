import { logIn } from './login.js';

/** @import { CardPage, Choices, Details } from '../wire.ts' */

/** A refusal, in the studio's words. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {string | null} param the field it is about
   */
  constructor(status, message, param) {
    super(message);
    this.status = status;
    this.param = param;
  }
}

/**
 * @param {{ query: string, status: string, before?: number, limit?: number }} wanted
 * @param {AbortSignal} signal
 * @returns {Promise<CardPage>}
 */
export function listJobs({ query, status, before, limit = 100 }, signal) {
  const search = new URLSearchParams({ query, status, limit: String(limit) });
  if (before !== undefined) search.set('before', String(before));
  return request('GET', `/studio/jobs?${search}`, { signal });
}

/**
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<Details>}
 */
export const details = (id, signal) => request('GET', `/studio/jobs/${encodeURIComponent(id)}`, { signal });

/** @returns {Promise<Choices>} */
export const choices = () => request('GET', '/studio/choices');

/** @param {string} id */
export const remove = (id) => request('DELETE', `/v1/videos/${encodeURIComponent(id)}`);

/**
 * Starts a job.
 * @param {string} path
 * @param {Record<string, unknown>} body
 * @returns {Promise<{ id: string }>}
 */
export const start = (path, body) => request('POST', path, { body });

/**
 * @template Answer what the studio's own types say
 * @param {string} method
 * @param {string} path
 * @param {{ body?: Record<string, unknown>, signal?: AbortSignal }} [options]
 * @returns {Promise<Answer>}
 */
async function request(method, path, options = {}) {
  const { body, signal } = options;
  const response = await fetch(path, {
    method,
    ...(signal && { signal }),
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  // Also where others at the same address sent so many wrong ones that it is said with 429.
  if (response.headers.has('www-authenticate')) {
    await logIn();
    return request(method, path, options);
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  throw new Refusal(response.status, answer?.error?.message ?? `HTTP ${response.status}`, answer?.error?.param ?? null);
}

/**
 * Why something did not work, for people.
 * @param {unknown} error
 */
export function reasonOf(error) {
  if (error instanceof Refusal) return error.message;
  return 'The studio does not answer. Is it still running?';
}
