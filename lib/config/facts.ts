import { validateHeaderName } from 'node:http';
import type { ServerFacts } from '../../types/config.ts';
import { amount, recordOf, text, wrong } from './values.ts';

type Reader = (value: unknown) => unknown;

const yesOrNo: Reader = (value) => {
  if (typeof value !== 'boolean') throw wrong('profile', `${JSON.stringify(value)} must be true or false`);
  return value;
};
const number: Reader = (value) => amount('profile', value);
const word: Reader = (value) => text('profile', value);

const READERS: Record<keyof ServerFacts, Reader> = {
  listEchoesPrompt: yesOrNo,
  listComplete: yesOrNo,
  listLagMs: number,
  refuses429BeforeJob: yesOrNo,
  idempotencyKey(value) {
    const header = String(value);
    try {
      validateHeaderName(header);
      return header;
    } catch {
      throw wrong('profile', `${JSON.stringify(header)} cannot be the name of a header`);
    }
  },
  defaultModel: word,
  defaultSeconds: number,
  maxSeconds: number,
  costsNothing: yesOrNo,
  billsFailedJobs(value) {
    if (value !== 'yes' && value !== 'no') throw wrong('profile', 'billsFailedJobs must be yes or no');
    return value;
  },
};

/** @throws VideoToolsetError `invalid_configuration` for a fact that is none: an invented one could cost money */
export function factsOf(value: unknown): ServerFacts {
  const facts = recordOf('profile', value);
  const names = Object.keys(READERS);
  const unknown = Object.keys(facts).find((name) => !names.includes(name));
  if (unknown !== undefined) throw wrong('profile', `there is no fact ${unknown}; known: ${names.join(', ')}`);
  const entries = Object.entries(READERS).filter(([name]) => facts[name] !== undefined);
  return Object.fromEntries(entries.map(([name, read]) => [name, read(facts[name])]));
}
