import { open } from 'node:fs/promises';
import { HAND_OFF } from './handOffToolset.ts';
import type { Session } from './sessions.ts';
import { type SaidPart, saidIn } from './sessionWords.ts';

/** What a list shows of a session. */
export interface SessionHeader {
  id: string;
  agent: string;
  /** ISO dates. */
  created: string;
  updated: string;
  /** The first words of the first request. */
  words: string;
  /** Requests so far. */
  turns: number;
  /** Addresses its clips were published at. */
  published: number;
  /** Sessions of agents that it handed work to. */
  handedOn: string[];
  /** The session that handed it its work. */
  within?: string;
}

const SHOWN_WORDS = 80;
/** A header is shorter than this, whatever its words are escaped to. */
const HEADER_BYTES = 4_096;
/** Within a JSON string its quotation marks would be escaped. */
const BEFORE_MESSAGES = ',"messages":[';
const END = ']}';

/** A session as it stands in its file: the header first, so that a list need not read the rest. */
export function serialised(session: Session, updated: string): string {
  return JSON.stringify({ ...headerOf(session, updated), messages: session.messages });
}

export function headerOf({ id, agent, created, messages, within }: Session, updated: string): SessionHeader {
  const said = saidIn(messages);
  const requests = said.filter(({ role }) => role === 'user');
  const words = Array.from((requests[0]?.text ?? '').replace(/\s+/g, ' ').trim());
  return {
    ...{ id, agent, created, updated },
    words: words.length > SHOWN_WORDS ? `${words.slice(0, SHOWN_WORDS).join('')}…` : words.join(''),
    turns: requests.length,
    published: addressesIn(said).size,
    handedOn: said.flatMap(({ tool, data }) =>
      tool?.startsWith(HAND_OFF) && typeof data?.session === 'string' ? [data.session] : [],
    ),
    ...(within !== undefined && { within }),
  };
}

/** @returns undefined where the file is none of a session, or was cut off */
export async function readHeader(file: string): Promise<SessionHeader | undefined> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const end = await handle.read(Buffer.alloc(END.length), 0, END.length, Math.max(0, size - END.length));
    const text = buffer.toString('utf8', 0, bytesRead);
    const length = text.indexOf(BEFORE_MESSAGES);
    if (length === -1 || end.buffer.toString() !== END) return undefined;
    const header: unknown = JSON.parse(`${text.slice(0, length)}}`);
    return isHeader(header) ? header : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  } finally {
    await handle.close();
  }
}

function isHeader(value: unknown): value is SessionHeader {
  if (typeof value !== 'object' || value === null) return false;
  const { id, agent, created, updated, words, turns, published }: Partial<Record<keyof SessionHeader, unknown>> = value;
  const texts = [id, agent, created, updated, words];
  return texts.every((text) => typeof text === 'string') && typeof turns === 'number' && typeof published === 'number';
}

function addressesIn(said: readonly SaidPart[]): Set<string> {
  const published = said.flatMap(({ data }) => (Array.isArray(data?.published) ? data.published : []));
  return new Set(published.flatMap((file: unknown) => addressOf(file)));
}

function addressOf(file: unknown): string[] {
  return typeof file === 'object' && file !== null && 'url' in file && typeof file.url === 'string' ? [file.url] : [];
}
