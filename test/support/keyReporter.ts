import type { TestEvent } from 'node:test/reporters';
import { assertNoKey, KEY } from './key.ts';

/** Looks through all that the run prints and reports, output of child processes included; the key in it fails the run. */
export default async function* keyReporter(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let tail = '';
  for await (const event of events) {
    try {
      const { data } = event;
      const printed = data !== undefined && 'message' in data && typeof data.message === 'string' ? data.message : '';
      // A text may come in two pieces.
      assertNoKey(`what was printed`, tail + printed);
      tail = (tail + printed).slice(-KEY.length);
      assertNoKey(`an event ${event.type}`, data);
    } catch (error) {
      process.exitCode = 1;
      tail = '';
      yield `${error instanceof Error ? error.message : error}\n`;
    }
  }
}
