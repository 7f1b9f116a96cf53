import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createProgress } from '../../lib/cli/progress.ts';
import { widthOf } from '../../lib/cli/width.ts';
import { hasControls } from '../../lib/controls.ts';
import type { ProgressReport } from '../../types/tool.ts';

const CLEAR = '\r\u001b[2K';
const ABOVE = '\u001b[1A\u001b[2K';

/** Keeps what is written; its size may change. */
function terminalOf(columns = 80, rows = 24) {
  const written: string[] = [];
  const write = (text: unknown) => written.push(String(text)) > 0;
  return { isTTY: true, columns, rows, write, written };
}

const waiting = (job_id: string, percent: number, status = 'in_progress'): ProgressReport => ({
  ...{ phase: 'waiting', job_id, status, percent },
});
const line = (job: string, percent: number) =>
  `${'█'.repeat(percent / 5)}${'░'.repeat(20 - percent / 5)} waiting ${job} in_progress ${percent} %`;

describe('on a terminal', () => {
  test('each job has a line, which is drawn anew where it changed, and gone when the job is', () => {
    const output = terminalOf();
    const progress = createProgress({ output });
    progress.report(waiting('a', 10));
    progress.report(waiting('b', 20));
    progress.report(waiting('a', 10));
    progress.report(waiting('a', 50));
    progress.report(waiting('a', 100, 'completed'));
    progress.note('Made.');
    progress.end();
    progress.end();
    assert.deepEqual(output.written, [
      `${CLEAR}${line('a', 10)}`,
      `${CLEAR}${line('a', 10)}\n${line('b', 20)}`,
      `${CLEAR}${ABOVE}${line('a', 50)}\n${line('b', 20)}`,
      `${CLEAR}${ABOVE}${line('b', 20)}`,
      `${CLEAR}Made.\n${line('b', 20)}`,
      CLEAR,
    ]);
  });

  test('what is done stands there until a job has a line', () => {
    const output = terminalOf();
    const progress = createProgress({ output });
    progress.busy('sora_agent is\nthinking');
    progress.report(waiting('a', 10));
    progress.busy('video_list');
    assert.deepEqual(output.written, [`${CLEAR}… sora_agent is thinking`, `${CLEAR}${line('a', 10)}`]);
  });

  test('a call that is over takes the lines of its files along, and leaves the jobs that go on', () => {
    const output = terminalOf();
    const progress = createProgress({ output });
    progress.report({ phase: 'downloading', job_id: 'a', percent: 95 }, 'sora_agent › video_produce');
    progress.report(waiting('b', 20), 'sora_agent › video_produce');
    progress.ended('hand_off_sora_agent');
    const before = output.written.length;
    progress.ended('sora_agent › video_produce');
    assert.deepEqual(output.written.slice(before), [`${CLEAR}${ABOVE}${line('b', 20)}`]);
  });

  test('lines are cut to its width, whatever a server says, and act on nothing', () => {
    const output = terminalOf(40);
    createProgress({ output }).report(waiting('\u001b[2J\u202e\n界'.repeat(40), 50));
    const shown = output.written[0]?.slice(CLEAR.length) ?? '';
    assert.ok([38, 39].includes(widthOf(shown)), shown);
    assert.equal(hasControls(shown), false);
  });

  test('no more lines are shown than it is high', () => {
    const output = terminalOf(80, 4);
    const progress = createProgress({ output });
    for (const job of ['a', 'b', 'c', 'd', 'e']) progress.report(waiting(job, 50));
    const end = output.written.at(-1);
    assert.equal(end, `${CLEAR}${ABOVE.repeat(2)}${line('a', 50)}\n${line('b', 50)}\n… and 3 more`);
  });

  test('lines that it has broken, because it became narrower, are taken away whole', () => {
    const output = terminalOf(80);
    const progress = createProgress({ output });
    progress.report(waiting('a', 50));
    output.columns = 30;
    progress.end();
    assert.equal(output.written.at(-1), `${CLEAR}${ABOVE}`);
  });

  test('nothing is drawn while something else has it; what was said meanwhile follows', async () => {
    const output = terminalOf();
    const progress = createProgress({ output });
    progress.report(waiting('a', 10));
    const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    const both = Promise.all([progress.during(() => first.promise), progress.during(() => second.promise)]);
    const before = output.written.length;
    progress.report(waiting('a', 20));
    progress.note('Another is made.');
    first.resolve('yes');
    await first.promise;
    assert.deepEqual(output.written.slice(before), []);
    assert.equal(output.written.at(-1), CLEAR);
    second.resolve('no');
    assert.deepEqual(await both, ['yes', 'no']);
    assert.deepEqual(output.written.slice(before), ['Another is made.\n', `${CLEAR}${line('a', 20)}`]);
  });

  test('a question that fails gives it back', async () => {
    const output = terminalOf();
    const progress = createProgress({ output });
    progress.report(waiting('a', 10));
    await assert.rejects(progress.during(() => Promise.reject(new Error('gone'))));
    assert.equal(output.written.at(-1), `${CLEAR}${line('a', 10)}`);
  });
});

test('elsewhere a line is written where a state changes, and nothing moves', async () => {
  const output = { ...terminalOf(), isTTY: false };
  const progress = createProgress({ output });
  progress.busy('sora_agent is thinking');
  progress.report(waiting('a', 10));
  progress.report(waiting('a', 11));
  progress.report(waiting('a', 100, 'completed'));
  progress.note('Made.');
  assert.equal(await progress.during(async () => 'yes'), 'yes');
  progress.end();
  assert.deepEqual(output.written, ['waiting a in_progress 10 %\n', 'waiting a completed 100 %\n', 'Made.\n']);
});

test('nothing is written where it is to be quiet', async () => {
  const output = terminalOf();
  const progress = createProgress({ quiet: true, output });
  progress.busy('sora_agent is thinking');
  progress.report(waiting('a', 10));
  progress.note('Made.');
  assert.equal(await progress.during(async () => 'yes'), 'yes');
  progress.end();
  assert.deepEqual(output.written, []);
});
