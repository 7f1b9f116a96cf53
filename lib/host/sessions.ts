import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ModelMessage } from 'ai';
import { systemCode, VideoToolsetError } from '../errors.ts';
import { claimSession } from './sessionClaim.ts';
import { headerOf, readHeader, type SessionHeader, serialised } from './sessionHeader.ts';
import { findIn } from './sessionWords.ts';

/** A conversation with an agent, as it is kept under the state folder. */
export interface Session {
  id: string;
  agent: string;
  /** ISO date. */
  created: string;
  messages: ModelMessage[];
  /** The session that handed it its work, with which it shares its clips. */
  within?: string;
}

/** Newest first. */
export interface SessionList<Header = SessionHeader> {
  sessions: Header[];
  /** Files that hold no session, or a broken one. */
  damaged: string[];
}

export interface Sessions {
  start(agent: string): Session;
  /**
   * @param id whole, or a beginning that only one session has
   * @throws VideoToolsetError `not_found`, `invalid_argument` for a beginning of several, `storage_failed` for a damaged one
   */
  load(id: string): Promise<Session>;
  /** May be called while it is being saved: what is saved last is the newest. @throws VideoToolsetError `storage_failed`, `disk_full` */
  save(session: Session): Promise<void>;
  /** Keeps every other process that claims it away until it is disposed. @throws VideoToolsetError `storage_failed` */
  claim(id: string): Promise<AsyncDisposable>;
  /** Without those that another session handed work to. */
  list(): Promise<SessionList>;
  /** Sessions of which one message, call or result holds all the words. */
  search(words: readonly string[]): Promise<SessionList<SessionHeader & { snippet: string }>>;
}

const ENDING = '.json';
/** Files that are read at the same time. */
const READS_AT_ONCE = 32;
const NAMED_IDS = 5;

export function openSessions(folder: string): Sessions {
  const fileOf = (id: string) => path.join(folder, `${id}${ENDING}`);

  const read = async (id: string): Promise<SavedSession | undefined> => {
    const session = parsed(await readFile(fileOf(id), 'utf8'));
    return isSession(session) && session.id === id ? session : undefined;
  };

  const write = async (session: Session): Promise<void> => {
    try {
      await replace(session);
    } catch (error) {
      throw notSaved(session, error);
    }
  };

  const replace = async (session: Session): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const temporary = `${fileOf(session.id)}.${randomBytes(4).toString('hex')}.part`;
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(serialised(session, new Date().toISOString()));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, fileOf(session.id));
    } finally {
      await rm(temporary, { force: true });
    }
  };

  const ids = async (): Promise<string[]> => {
    const names = (await readdir(folder).catch(ignoreMissing)) ?? [];
    return names.filter((name) => name.endsWith(ENDING)).map((name) => path.basename(name, ENDING));
  };

  const listOf = async <Header extends SessionHeader>(look: (id: string) => Promise<Header | 'none' | undefined>) => {
    const list: SessionList<Header> = { sessions: [], damaged: [] };
    const waiting = await ids();
    const work = async () => {
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
        const header = await look(id).catch(() => undefined);
        if (header === undefined) list.damaged.push(`${id}${ENDING}`);
        else if (header !== 'none') list.sessions.push(header);
      }
    };
    await Promise.all(Array.from({ length: READS_AT_ONCE }, work));
    list.sessions.sort((a, b) => (a.updated === b.updated ? compare(b.id, a.id) : compare(b.updated, a.updated)));
    list.damaged.sort(compare);
    return list;
  };

  return {
    start: (agent) => ({ id: newId(), agent, created: new Date().toISOString(), messages: [] }),

    async load(beginning) {
      const id = theOnly(beginning, await ids());
      const session = await read(id);
      if (session !== undefined) {
        const { agent, created, messages, within } = session;
        return { id, agent, created, messages, ...(within !== undefined && { within }) };
      }
      throw new VideoToolsetError('storage_failed', `The session ${id} is damaged and cannot be resumed.`, {
        next_step: 'Start without a session; the jobs it made are shown by video_list.',
      });
    },

    save: oneAfterAnother(write),

    async claim(id) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return await claimSession(path.join(folder, id), id);
    },

    async list() {
      const { sessions, damaged } = await listOf(async (id) => {
        const header = await readHeader(fileOf(id));
        if (header?.id === id) return header;
        const session = await read(id);
        return session && headerOfSaved(session);
      });
      const known = new Set(sessions.map(({ id }) => id));
      const handedOn = new Set(sessions.flatMap((session) => session.handedOn));
      const isOwn = ({ id, within = '' }: SessionHeader) => !handedOn.has(id) && !known.has(within);
      return { sessions: sessions.filter(isOwn), damaged };
    },

    search: (words) =>
      listOf(async (id) => {
        const session = await read(id);
        if (session === undefined) return undefined;
        const snippet = findIn(session.messages, words);
        return snippet === undefined ? 'none' : { ...headerOfSaved(session), snippet };
      }),
  };
}

/** An earlier state never comes after a later one; a save that still waits saves what is said until then. */
function oneAfterAnother(write: (session: Session) => Promise<void>): Sessions['save'] {
  const last = new WeakMap<Session, Promise<void>>();
  const waiting = new WeakMap<Session, Promise<void>>();
  return (session) => {
    const known = waiting.get(session);
    if (known !== undefined) return known;
    const before = last.get(session) ?? Promise.resolve();
    const save = before
      .catch(() => undefined)
      .then(() => {
        waiting.delete(session);
        return write(session);
      });
    waiting.set(session, save);
    last.set(session, save);
    return save;
  };
}

/** Sessions of earlier versions do not say when they were saved. */
type SavedSession = Session & Partial<Pick<SessionHeader, 'updated'>>;

const headerOfSaved = (session: SavedSession): SessionHeader => headerOf(session, session.updated ?? session.created);

function theOnly(beginning: string, ids: readonly string[]): string {
  if (ids.includes(beginning)) return beginning;
  const known = /^[\w-]{1,80}$/.test(beginning) ? ids.filter((id) => id.startsWith(beginning)) : [];
  const [id, ...others] = known.sort(compare).reverse();
  if (id === undefined) {
    throw new VideoToolsetError('not_found', `There is no session ${JSON.stringify(beginning.slice(0, 80))}.`, {
      next_step: 'Use an id that an earlier run printed (video-toolset sessions list), or start without one.',
    });
  }
  if (others.length === 0) return id;
  const named = known.slice(0, NAMED_IDS).join(', ');
  throw new VideoToolsetError(
    'invalid_argument',
    `${known.length} sessions begin with ${beginning}: ${named}${known.length > NAMED_IDS ? ', …' : ''}.`,
    { next_step: 'Give more of its id.' },
  );
}

function notSaved({ id }: Session, cause: unknown): VideoToolsetError {
  const code = systemCode(cause);
  return new VideoToolsetError(
    code === 'ENOSPC' || code === 'EDQUOT' ? 'disk_full' : 'storage_failed',
    `The session ${id} could not be saved${code === undefined ? '' : ` (${code})`}.`,
    {
      ...{ cause, retryable: true },
      next_step:
        'Check the state folder (VIDEO_STATE) and its free space; jobs that were made go on, and video_list shows them.',
    },
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The messages themselves are checked by the AI SDK. */
function isSession(value: unknown): value is SavedSession {
  if (typeof value !== 'object' || value === null) return false;
  const { id, agent, created, messages, within = '' }: Partial<Record<keyof Session, unknown>> = value;
  return [id, agent, created, within].every((text) => typeof text === 'string') && Array.isArray(messages);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function newId(): string {
  const stamp = new Date().toISOString().slice(0, 16).replace(/\D/g, '');
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-${randomBytes(3).toString('hex')}`;
}

function ignoreMissing(error: unknown): undefined {
  if (systemCode(error) === 'ENOENT') return undefined;
  throw error;
}
