import type { Session, Sessions } from '../../host/sessions.ts';

/** A session that no other process can go on with meanwhile. */
export interface OpenedSession extends AsyncDisposable {
  session: Session;
}

/** @throws VideoToolsetError where there is no such session, or where another process has it */
export async function openSession(
  sessions: Sessions,
  wanted: { agent: string } | { id: string },
): Promise<OpenedSession> {
  const known = 'id' in wanted ? await sessions.load(wanted.id) : sessions.start(wanted.agent);
  const claim = await sessions.claim(known.id);
  try {
    // What another process said until just now belongs to it.
    const session = 'id' in wanted ? await sessions.load(known.id) : known;
    return { session, [Symbol.asyncDispose]: () => claim[Symbol.asyncDispose]() };
  } catch (error) {
    await claim[Symbol.asyncDispose]();
    throw error;
  }
}
