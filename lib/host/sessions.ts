import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ModelMessage } from 'ai';
import { systemCode, VideoToolsetError } from '../errors.ts';

/** A conversation with an agent, as it is kept under the state folder. */
export interface Session {
  id: string;
  agent: string;
  /** ISO date. */
  created: string;
  messages: ModelMessage[];
}

export interface Sessions {
  start(agent: string): Session;
  /** @throws VideoToolsetError `not_found` */
  load(id: string): Promise<Session>;
  save(session: Session): Promise<void>;
}

export function openSessions(folder: string): Sessions {
  const fileOf = (id: string) => path.join(folder, `${id}.json`);
  return {
    start: (agent) => ({ id: newId(), agent, created: new Date().toISOString(), messages: [] }),

    async load(id) {
      const text = /^[\w-]{1,80}$/.test(id) ? await readFile(fileOf(id), 'utf8').catch(ignoreMissing) : undefined;
      if (text === undefined) {
        throw new VideoToolsetError('not_found', `There is no session ${JSON.stringify(id.slice(0, 80))}.`, {
          next_step: 'Use the session id that an earlier run printed, or start without one.',
        });
      }
      const session = parsed(text);
      if (isSession(session)) return session;
      throw new VideoToolsetError('storage_failed', `The session ${id} is damaged and cannot be resumed.`, {
        next_step: 'Start without a session; the jobs it made are shown by video_list.',
      });
    },

    async save(session) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const temporary = `${fileOf(session.id)}.${randomBytes(4).toString('hex')}.part`;
      try {
        const handle = await open(temporary, 'wx', 0o600);
        try {
          await handle.writeFile(JSON.stringify(session));
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(temporary, fileOf(session.id));
      } finally {
        await rm(temporary, { force: true });
      }
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The messages themselves are checked by the AI SDK. */
function isSession(value: unknown): value is Session {
  if (typeof value !== 'object' || value === null) return false;
  const { id, agent, messages }: Partial<Record<keyof Session, unknown>> = value;
  return typeof id === 'string' && typeof agent === 'string' && Array.isArray(messages);
}

function newId(): string {
  const stamp = new Date().toISOString().slice(0, 16).replace(/\D/g, '');
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-${randomBytes(3).toString('hex')}`;
}

function ignoreMissing(error: unknown): undefined {
  if (systemCode(error) === 'ENOENT') return undefined;
  throw error;
}
