import { setTimeout as sleep } from 'node:timers/promises';
import type { Fetch } from './providers.ts';

/** Answers that tell of the way there and not of the clip. */
const PASSING = [408, 425, 429, 502, 503, 504];
const MOST_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;
/** Of an answer, for what the provider's package does not tell of it. */
const KEPT_CHARACTERS = 16_384;

export interface WireOptions {
  fetch: Fetch;
  /** Is a clip asked for over it, or only how it stands? What asks for one is sent once; all else may be repeated. */
  asks: boolean;
  /** Awaited before the first byte that asks for a clip. */
  commit(): Promise<void>;
  /** What an earlier request that asked was answered: it is answered again, and nothing is asked. */
  heard?: string;
  /** Awaited with the answer to what asked, where it is text, and no refusal. */
  onHeard?(answer: string): Promise<void>;
  /** Called before each request that does not ask for a clip, which is not sent where it throws. */
  onReading?(): void;
}

/** A provider's connection, seen from outside of its package. */
export interface Wire {
  fetch: Fetch;
  /** For what asks over a connection of its own: done right before. */
  commit(): Promise<void>;
  /** Was anything sent that asks for a clip? */
  isCommitted(): boolean;
  /** Was it the last request that asked for a clip? Then its answer tells of the asking. Undefined before the first one. */
  wasLastToAsk(): boolean | undefined;
  /** Did the last request fail on its way, so that nothing is known? */
  isInTrouble(): boolean;
  /** Of the last answer; undefined where none came. */
  lastStatus(): number | undefined;
  /** The beginning of the last answer that was text. */
  lastAnswer(): string;
}

export function openWire({ fetch, asks, heard, ...options }: WireOptions): Wire {
  let isCommitted = heard !== undefined;
  let wasLastToAsk: boolean | undefined;
  let isInTrouble = false;
  let lastStatus: number | undefined;
  let lastAnswer = '';

  const commit = async (): Promise<void> => {
    if (!isCommitted) await options.commit();
    isCommitted = true;
  };

  const send: Fetch = async (input, init) => {
    isInTrouble = true;
    lastStatus = undefined;
    const response = await fetch(input, init);
    const beginning = await beginningOf(response);
    lastStatus = response.status;
    lastAnswer = beginning ?? '';
    isInTrouble = beginning === undefined || isPage(response) || PASSING.includes(lastStatus);
    return response;
  };

  const repeat: Fetch = async (input, init) => {
    for (let attempt = 1; ; attempt++) {
      const response = await send(input, init).catch((error) => {
        if (attempt === MOST_ATTEMPTS || init?.signal?.aborted) throw error;
      });
      if (response !== undefined && (!isInTrouble || attempt === MOST_ATTEMPTS)) return response;
      await response?.body?.cancel();
      const pauseMs = FIRST_PAUSE_MS * 2 ** (attempt - 1);
      await sleep(pauseMs, undefined, { ...(init?.signal && { signal: init.signal }) });
    }
  };

  return {
    async fetch(input, init) {
      const isAsking = asks && !isReading(init);
      wasLastToAsk = isAsking;
      if (!isAsking) {
        options.onReading?.();
        return await repeat(input, init);
      }
      if (heard !== undefined) return new Response(heard, { headers: { 'content-type': 'application/json' } });
      await commit();
      const response = await send(input, init);
      const isWhole = lastAnswer !== '' && lastAnswer.length < KEPT_CHARACTERS;
      if (response.ok && isWhole) await options.onHeard?.(lastAnswer);
      return response;
    },
    commit,
    isCommitted: () => isCommitted,
    wasLastToAsk: () => wasLastToAsk,
    isInTrouble: () => isInTrouble,
    lastStatus: () => lastStatus,
    lastAnswer: () => lastAnswer,
  };
}

function isReading(init: RequestInit | undefined): boolean {
  return ['GET', 'HEAD'].includes((init?.method ?? 'GET').toUpperCase());
}

/** For people, from whatever stands between us and the provider. */
function isPage({ headers }: Response): boolean {
  return /text\/html/.test(headers.get('content-type') ?? '');
}

/** @returns undefined where it broke off */
async function beginningOf(response: Response): Promise<string | undefined> {
  if (!/json|text\/(plain|html)/.test(response.headers.get('content-type') ?? '')) return '';
  const text = await response
    .clone()
    .text()
    .catch(() => undefined);
  return text?.slice(0, KEPT_CHARACTERS);
}
