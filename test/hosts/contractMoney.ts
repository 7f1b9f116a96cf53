import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostKind } from './host.ts';
import { nextPoll, openPaidHost, succeeded } from './place.ts';

const ASKS = { approveAboveUsd: 0.2 };

/** What no host may weaken: a clip is paid for once, and only within what was agreed. */
export function moneyContract(kind: HostKind, clip: { prompt: string; seconds: number; size: string }): void {
  const other = { ...clip, prompt: 'A tin boat' };

  test('two calls with the same arguments pay once, one after the other or at once', async () => {
    await using place = await openPaidHost(kind, { provider: { answerMs: 50 } });
    const calls = await Promise.all([clip, clip].map((input) => place.host.call('video_produce', input)));
    const urls = [...calls, await place.host.call('video_produce', clip)].map(
      (result) => succeeded(result).published?.[0]?.url,
    );
    assert.ok(urls[0] !== undefined && new Set(urls).size === 1, String(urls));
    const { creates, jobs } = await place.provider.books();
    assert.deepEqual([creates, jobs.length], [1, 1]);
  });

  test('what is over budget is not sent, and what is left is told', async () => {
    await using place = await openPaidHost(kind, { options: { budgetSeconds: 6 } });
    succeeded(await place.host.call('video_produce', clip));
    const { told, isError } = await place.host.call('video_produce', other);
    assert.deepEqual([isError, told.error?.code, told.error?.submitted], [true, 'over_budget', 'no']);
    assert.match(told.summary, /2 seconds are left/);
    assert.equal((await place.provider.books()).creates, 1);
  });

  test('a price that nobody can be asked about is not paid', async () => {
    await using place = await openPaidHost(kind, { options: ASKS });
    for (const tool of ['video_create', 'video_produce']) {
      const { told, isError } = await place.host.call(tool, clip);
      assert.deepEqual([isError, told.error?.code, told.error?.submitted], [true, 'not_approved', 'no'], told.summary);
    }
    assert.equal((await place.provider.books()).creates, 0);
  });

  test('a price that a person refuses is not paid', { skip: kind.lacks?.approval ?? false }, async () => {
    const questions: string[] = [];
    const person = (question: string) => {
      questions.push(question);
      return false;
    };
    await using place = await openPaidHost(kind, { options: ASKS, person });
    const { told, isError } = await place.host.call('video_produce', clip);
    assert.deepEqual([isError, told.error?.code, told.error?.submitted], [true, 'not_approved', 'no'], told.summary);
    assert.ok(told.error?.next_step);
    assert.deepEqual(questions, ['Make a clip of 4 seconds for about $0.40: "A paper boat"?']);
    assert.equal((await place.provider.books()).creates, 0);
  });

  test('a yes makes one clip, and holds for no other', { skip: kind.lacks?.approval ?? false }, async () => {
    const questions: string[] = [];
    let isWilling = true;
    const person = (question: string) => {
      questions.push(question);
      return isWilling;
    };
    await using place = await openPaidHost(kind, { options: ASKS, person });
    const made = succeeded(await place.host.call('video_create', clip));
    const found = succeeded(await place.host.call('video_create', clip));
    assert.equal(found.jobs?.[0]?.id, made.jobs?.[0]?.id);
    assert.equal(questions.length, 1, 'what is paid for is not asked about');
    isWilling = false;
    for (const input of [other, { ...clip, variation: 2 }]) {
      const { told } = await place.host.call('video_create', input);
      assert.equal(told.error?.code, 'not_approved', told.summary);
    }
    const kept = await place.host.call('video_delete', { id: made.jobs?.[0]?.id });
    assert.equal(kept.told.error?.code, 'not_approved', kept.told.summary);
    assert.match(String(questions[3]), /^Delete /);
    isWilling = true;
    const removed = succeeded(await place.host.call('video_delete', { id: made.jobs?.[0]?.id }));
    assert.deepEqual(removed.deleted, [made.jobs?.[0]?.id]);
    assert.equal(questions.length, 5, String(questions));
    assert.equal((await place.provider.books()).creates, 1);
  });

  test('a call that is stopped while it waits leaves its job alone, and is gone on with by the same call', {
    skip: kind.lacks?.abort ?? false,
  }, async () => {
    await using place = await openPaidHost(kind, { provider: { jobMs: 600_000 } });
    const stop = new AbortController();
    const waits = nextPoll();
    const stopped = place.host.call('video_produce', clip, { signal: stop.signal }).then(
      ({ told }) => told.error?.code ?? told.summary,
      () => 'aborted',
    );
    await waits;
    stop.abort();
    assert.equal(await stopped, 'aborted');
    const [job] = (await place.provider.set({ jobMs: 0 })).jobs;
    const produced = succeeded(await place.host.call('video_produce', clip));
    assert.deepEqual([produced.jobs?.[0]?.id, produced.published?.[0]?.sha256], [job?.id, job?.sha256]);
    assert.equal((await place.provider.books()).creates, 1);
  });
}
