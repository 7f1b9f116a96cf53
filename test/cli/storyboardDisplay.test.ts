import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStoryboardDisplay } from '../../lib/cli/storyboardDisplay.ts';
import type { ShotEvent } from '../../lib/production/storyboard/runShots.ts';
import type { Shot } from '../../types/storyboard.ts';
import { handClock } from '../ledger/support.ts';

function event(id: string, rest: Partial<ShotEvent>): ShotEvent {
  const shot: Shot = { storyboard: 'x', id, number: 1, take: 1, stage: 'ready', request: { prompt: id }, hash: '' };
  return { shot, state: 'known', isOver: false, ...rest };
}

function written(
  isTTY: boolean,
  play: (display: ReturnType<typeof createStoryboardDisplay>) => void,
  now?: () => number,
) {
  let text = '';
  const write = (chunk: string | Uint8Array) => {
    text += chunk;
    return true;
  };
  play(createStoryboardDisplay({ output: { write, isTTY, columns: 60, rows: 5 }, ...(now && { now }) }));
  return text;
}

const ESCAPE = '\u001b';
const CODES = new RegExp(`(${ESCAPE}\\[\\d*[A-Z]|\r|\n)`);

/** What stands on a terminal in the end; it clears lines, and goes up. */
function screenOf(text: string): string[] {
  const lines = [''];
  for (const part of text.split(CODES)) {
    if (part === '\n') lines.push('');
    else if (part === `${ESCAPE}[1A`) lines.pop();
    else if (part === `${ESCAPE}[2K`) lines[lines.length - 1] = '';
    else if (part !== '\r') lines[lines.length - 1] += part;
  }
  return lines;
}

test('on a terminal there is a line for all above one for each shot at work, and no more than there is room for', () => {
  const clock = handClock(0);
  const text = written(
    true,
    (display) => {
      display.begin(10);
      for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) display.show(event(id, { percent: 50 }));
      clock.advance(60_000);
      display.show(event('a', { state: 'published', isOver: true, url: 'https://cdn.example/a.mp4' }));
      display.show(event('b', { state: 'failed', isOver: true, error: { code: 'job_failed', message: 'No memory.' } }));
    },
    clock.now,
  );
  assert.deepEqual(screenOf(text), [
    'b failed: No memory.',
    '████░░░░░░░░░░░░░░░░ 1 of 10 published, 1 failed, about 4 …',
    '██████████░░░░░░░░░░ c is being made',
    '██████████░░░░░░░░░░ d is being made',
    '… and 2 more',
  ]);
});

test('it leaves nothing behind but what stays', () => {
  const text = written(true, (display) => {
    display.begin(1);
    display.show(event('a', {}));
    display.end();
  });
  assert.deepEqual(screenOf(text), ['']);
});

test('elsewhere there is a line for each end, and how far it is now and then', () => {
  const clock = handClock(0);
  const text = written(
    false,
    (display) => {
      display.begin(3);
      display.show(event('a', { percent: 10 }));
      display.show(event('a', { state: 'published', isOver: true, url: 'https://cdn.example/a.mp4' }));
      clock.advance(10_000);
      display.show(event('b', { state: 'unknown', isOver: true }));
    },
    clock.now,
  );
  assert.deepEqual(text.split('\n'), [
    'a published https://cdn.example/a.mp4',
    'b unknown',
    '1 of 3 published, 1 set aside, about 5 seconds left',
    '',
  ]);
});
