import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, systemClock } from '../../lib/api/clock.ts';
import { type Poll, waitForVideos } from '../../lib/api/wait.ts';
import { VideoToolsetError } from '../../lib/errors.ts';
import type { VideoStatus } from '../../types/video.ts';
import { openApi } from '../support/api.ts';
import { failure } from '../support/failure.ts';
import { answerJson, listen } from '../support/server.ts';

/** Time that passes only when somebody sleeps. */
function testClock(): Clock & { pauses: number[] } {
  let now = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => now,
    random: () => 0.5,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      pauses.push(Math.round(ms));
      now += ms;
    },
  };
}

const poll = (status: VideoStatus, facts: Partial<Poll> & { progress?: number } = {}, id = 'v'): Poll => {
  const { progress, ...rest } = facts;
  return { video: { id, status, raw: {}, ...(progress !== undefined && { progress }) }, ...rest };
};

const failing = (code: 'server_error' | 'unauthorized' | 'not_found', retryable = false) =>
  new VideoToolsetError(code, 'It failed.', { retryable });

const OPTIONS = { limitMs: 600_000, pollIntervalMs: 1_000 };

test('a wait ends with the job, after pauses that grow', async () => {
  const clock = testClock();
  let polls = 0;
  const seen: string[] = [];
  const retrieve = async () => poll(++polls === 6 ? 'completed' : 'in_progress');
  const options = { ...OPTIONS, onPoll: ({ status }: { status: string }) => seen.push(status) };
  const result = await waitForVideos(['v'], retrieve, options, clock);
  assert.deepEqual([result.timedOut, result.videos[0]?.status, seen.length], [false, 'completed', 6]);
  assert.deepEqual(clock.pauses, [1_000, 1_300, 1_690, 2_197, 2_856]);
});

test('pauses grow to eight seconds and some chance, or stay at a longer interval that was asked for', async () => {
  for (const [pollIntervalMs, longest] of [
    [2_000, 8_000],
    [12_000, 12_000],
    [60_000, 15_000],
  ] as const) {
    const clock = testClock();
    await waitForVideos(['v'], async () => poll('queued'), { ...OPTIONS, pollIntervalMs }, clock);
    assert.equal(Math.max(...clock.pauses), longest);
  }
});

test("the server's own wish for the pause is honoured, within bounds", async () => {
  for (const [pollAfterMs, expected] of [
    [5_000, 5_000],
    [1, 100],
    [1e9, 15_000],
  ] as const) {
    const clock = testClock();
    let polls = 0;
    await waitForVideos(['v'], async () => poll(++polls === 3 ? 'failed' : 'queued', { pollAfterMs }), OPTIONS, clock);
    assert.deepEqual(clock.pauses, [expected, expected]);
  }
});

test('a job that tells its progress is asked again sooner when it is nearly done', async () => {
  const clock = testClock();
  const answers = [poll('queued'), poll('in_progress', { progress: 90 }), poll('completed')];
  await waitForVideos(
    ['v'],
    async () => answers.shift() ?? assert.fail(),
    { ...OPTIONS, pollIntervalMs: 10_000 },
    clock,
  );
  assert.deepEqual(clock.pauses, [10_000, 556]);
});

test('running out of time is a result, with the last state of every job', async () => {
  const clock = testClock();
  const retrieve = async (id: string) => poll(id === 'done' ? 'completed' : 'in_progress', {}, id);
  const result = await waitForVideos(['slow', 'done'], retrieve, { ...OPTIONS, limitMs: 5_000 }, clock);
  assert.equal(result.timedOut, true);
  assert.deepEqual(
    result.videos.map(({ id, status }) => [id, status]),
    [
      ['slow', 'in_progress'],
      ['done', 'completed'],
    ],
  );
  assert.equal(clock.now(), 5_000);
});

test('every end is an end: a failed, cancelled or expired job is not waited for', async () => {
  for (const status of ['failed', 'cancelled', 'expired'] as const) {
    const clock = testClock();
    const { videos, timedOut } = await waitForVideos(['v'], async () => poll(status), OPTIONS, clock);
    assert.deepEqual([videos[0]?.status, timedOut, clock.pauses.length], [status, false, 0]);
  }
});

test('passing failures are survived, five in a row, and counted anew after a success', async () => {
  let polls = 0;
  const retrieve = async () => {
    polls++;
    if (polls % 6 !== 0) throw failing('server_error', true);
    return poll(polls === 18 ? 'completed' : 'in_progress');
  };
  const { videos } = await waitForVideos(['v'], retrieve, OPTIONS, testClock());
  assert.deepEqual([videos[0]?.status, polls], ['completed', 18]);
});

test('a server that stays broken is reported with the job and the way on', async () => {
  let polls = 0;
  const retrieve = async () => {
    polls++;
    throw failing('server_error', true);
  };
  await assert.rejects(waitForVideos(['v7'], retrieve, OPTIONS, testClock()), (error) => {
    assert.ok(error instanceof VideoToolsetError);
    assert.partialDeepStrictEqual(error.report(), {
      code: 'server_error',
      job_id: 'v7',
      submitted: 'yes',
      billed: 'likely',
    });
    assert.match(error.report().next_step ?? '', /video_wait .*v7/);
    return true;
  });
  assert.equal(polls, 6);
});

test('a refused key or an unknown job ends the wait at once', async () => {
  for (const code of ['unauthorized', 'not_found'] as const) {
    const clock = testClock();
    const retrieve = async () => {
      throw failing(code);
    };
    await assert.rejects(waitForVideos(['v'], retrieve, OPTIONS, clock), { code });
    assert.deepEqual(clock.pauses, []);
  }
});

test('a wait that is stopped leaves the job alone and says how to go on', async () => {
  const abort = new AbortController();
  const retrieve = async () => {
    abort.abort();
    return poll('in_progress');
  };
  const stopped = waitForVideos(['v9'], retrieve, { ...OPTIONS, signal: abort.signal }, testClock());
  await assert.rejects(stopped, (error) => {
    assert.ok(error instanceof VideoToolsetError);
    assert.partialDeepStrictEqual(error.report(), { code: 'aborted', job_id: 'v9', submitted: 'yes', retryable: true });
    assert.match(error.report().next_step ?? '', /video_wait .*v9/);
    return true;
  });
});

test('one id that cannot be waited for ends the wait at once, and names the call for the others', async () => {
  const clock = { now: () => 0, sleep: (_ms: number, signal?: AbortSignal) => forever(signal), random: () => 0.5 };
  const retrieve = async (id: string) => {
    if (id === 'lost') throw new VideoToolsetError('not_found', 'There is no job lost.');
    return poll('queued', {}, id);
  };
  const waiting = waitForVideos(['a', 'lost', 'b'], retrieve, { limitMs: 60_000, pollIntervalMs: 1_000 }, clock);
  await assert.rejects(waiting, (error) => {
    assert.ok(error instanceof VideoToolsetError);
    assert.equal(error.code, 'not_found');
    assert.match(error.facts.next_step ?? '', /video_wait with \{"ids":\["a","b"\]\}/);
    return true;
  });
});

test('a limit that comes while nobody ever answered is a result as well', async () => {
  const clock = testClock();
  const retrieve = async () => {
    throw failing('server_error', true);
  };
  const { videos, timedOut } = await waitForVideos(['v'], retrieve, { ...OPTIONS, limitMs: 1_500 }, clock);
  assert.deepEqual([timedOut, videos.length, clock.now()], [true, 1, 1_500]);
  assert.partialDeepStrictEqual(videos[0], { id: 'v', status: 'queued', raw: {} });
  assert.match(String(videos[0]?.notices), /not known/);
});

test('a key that is refused at the limit is no time-out', async () => {
  let polls = 0;
  const retrieve = async () => {
    if (++polls === 1) return poll('queued');
    throw failing('unauthorized');
  };
  const waiting = waitForVideos(['v'], retrieve, { ...OPTIONS, limitMs: 500 }, testClock());
  await assert.rejects(waiting, { code: 'unauthorized' });
});

test('the limit holds while a poll hangs, and the last known state is the result', async () => {
  for (const answers of [0, 1]) {
    await using server = await listen((_, response) => {
      if (server.received.length <= answers) answerJson(response, { id: 'v', status: 'in_progress' });
    });
    await using client = await openApi(server.baseUrl, { clock: systemClock });
    const started = performance.now();
    const { videos, timedOut } = await client.api.wait(['v'], { limitMs: 200 });
    assert.deepEqual([timedOut, videos[0]?.status], [true, answers === 0 ? 'queued' : 'in_progress']);
    const ms = performance.now() - started;
    assert.ok(ms > 150 && ms < 1_500, `it took ${ms} ms`);
  }
});

test('a wait that is stopped while a poll hangs is stopped, not out of time', async () => {
  const abort = new AbortController();
  await using server = await listen(() => abort.abort());
  await using client = await openApi(server.baseUrl, { clock: systemClock });
  const waiting = client.api.wait(['v'], { limitMs: 60_000, signal: abort.signal });
  assert.equal((await failure(waiting)).code, 'aborted');
});

function forever(signal?: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
}
