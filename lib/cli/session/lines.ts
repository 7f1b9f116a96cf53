import type { SessionHeader } from '../../host/sessionHeader.ts';
import type { Session } from '../../host/sessions.ts';

/** A session in a list: how it began, and below that what there is to know of it. */
export function sessionRows({ id, agent, updated, words, turns, published }: SessionHeader): string[] {
  const facts = [agent, updated.slice(0, 16).replace('T', ' '), counted(turns, 'request'), `${published} published`];
  return [`${id}  ${words}`, `    ${facts.join(', ')}`];
}

/** Which session one is in. */
export function titleOf({ id, agent, messages }: Session): string {
  const requests = messages.filter(({ role }) => role === 'user').length;
  return `${agent}, session ${id}${requests === 0 ? '' : `, ${counted(requests, 'request')} so far`}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
