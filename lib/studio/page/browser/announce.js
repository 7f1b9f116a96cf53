import { find, setText } from './dom.js';
import { shortened } from './format.js';

/** @import { Card, Status } from '../wire.ts' */

/** Some screen readers drop what follows too soon. */
const PAUSE_MS = 1_000;

/** @type {string[]} */
let waiting = [];

/** Says something to people who listen to the page, when they have heard what was said before. @param {string} text */
export function announce(text) {
  waiting.push(text);
  if (waiting.length === 1) setTimeout(speak, PAUSE_MS / 10);
}

function speak() {
  const said = waiting;
  setText(find('#announcer', HTMLElement), said.length > 3 ? `${said.length} clips changed.` : said.join(' '));
  setTimeout(() => {
    waiting = waiting.slice(said.length);
    if (waiting.length > 0) speak();
  }, PAUSE_MS);
}

/** Tells when clips end, which were seen before they did. */
export function createTeller() {
  /** @type {Map<string, Status>} */
  const open = new Map();
  return (/** @type {readonly Card[]} */ cards) => {
    for (const { id, status, prompt } of cards) {
      if (status === 'queued' || status === 'in_progress') open.set(id, status);
      else if (open.delete(id))
        announce(`${status === 'completed' ? 'Finished' : 'Failed'}: ${shortened(prompt, 80)}.`);
    }
  };
}
