import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createVideoApi, type VideoApi } from '../../lib/api/video.ts';
import { VideoToolsetError } from '../../lib/errors.ts';
import { openWorkspace } from '../../lib/workspace.ts';
import { keyless, keylessLog } from '../support/keyless.ts';
import { temporaryFolder } from '../support/temporary.ts';
import type { Connection, ServerName } from './dialect.ts';

export interface ClientOptions extends Connection {
  baseUrl: string;
  /** @default 'auto' */
  server?: ServerName;
  requestTimeoutMs?: number;
  waitLimitMs?: number;
  clock?: TestClock;
  allowPrivateAddresses?: boolean;
}

export interface Client extends AsyncDisposable {
  api: VideoApi;
  clock: TestClock;
  /** The workspace's folder. */
  folder: string;
  state: string;
}

/** A client in folders of its own, on a clock of its own; it shows its key nowhere. */
export async function openClient({ server = 'auto', ...options }: ClientOptions): Promise<Client> {
  const root = await temporaryFolder();
  const folder = path.join(root.path, 'videos');
  const state = path.join(root.path, 'state');
  const clock = options.clock ?? testClock();
  const credentials = { headers: {}, query: {}, ...options };
  const { log, check } = keylessLog(credentials);
  const config = {
    log,
    requestTimeoutMs: 5_000,
    pollIntervalMs: 2_000,
    waitLimitMs: 600_000,
    ...credentials,
    server,
    clock,
    state,
    workspace: openWorkspace(folder),
  };
  const api = createVideoApi(config);
  return {
    api: keyless(api),
    clock,
    folder,
    state,
    async [Symbol.asyncDispose]() {
      await api.close();
      check();
      await root[Symbol.asyncDispose]();
    },
  };
}

export interface TestClock {
  /** Every pause so far, in milliseconds. */
  readonly slept: readonly number[];
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  random(): number;
}

/** Time that passes only by sleeping, so that minutes of waiting take no time. */
export function testClock(): TestClock {
  let now = 1_000_000;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(ms, signal) {
      const end = now + ms;
      slept.push(ms);
      await pause(1, undefined, { ...(signal && { signal }) });
      now = Math.max(now, end);
    },
    random: () => 0.5,
  };
}

/** What a call failed with, which must be one of our own errors. */
export async function failureOf(call: Promise<unknown>): Promise<VideoToolsetError> {
  const outcome = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in outcome)) assert.fail(`expected a failure, got ${JSON.stringify(outcome.value)}`);
  if (outcome.error instanceof VideoToolsetError) return outcome.error;
  assert.fail(`expected a VideoToolsetError, got ${String(outcome.error)}`);
}
