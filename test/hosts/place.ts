import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import path from 'node:path';
import type { Options } from '../../types/config.ts';
import { type ProviderSettings, startProvider } from '../paid/provider.ts';
import type { Provider } from '../paid/providerClient.ts';
import { assertNoKey, KEY } from '../support/key.ts';
import { temporaryFolder } from '../support/temporary.ts';
import type { HostCallResult, HostKind, Person, TestHost } from './host.ts';

/** The options of a host over a server, with folders of its own. */
export interface HostPlace extends AsyncDisposable {
  host: TestHost;
  workspace: string;
}

/** A clip of four seconds costs 40 cents. */
const PRICES = { model: 'painter-1', prices: { 'painter-1': 0.1 }, profile: { defaultSeconds: 4 } };

export async function openHost(kind: HostKind, options: Options, person?: Person): Promise<HostPlace> {
  const folder = await temporaryFolder();
  const workspace = path.join(folder.path, 'videos');
  const host = await kind.open(
    {
      ...{ workspace, state: path.join(folder.path, 'state'), pollIntervalMs: 50, apiKey: KEY },
      ...options,
    },
    person,
  );
  return {
    host,
    workspace,
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export interface PaidPlace extends HostPlace {
  provider: Provider;
}

export interface PaidOptions {
  options?: Options;
  person?: Person;
  provider?: Partial<ProviderSettings>;
}

/** A host over a server that counts what it is paid for. */
export async function openPaidHost(
  kind: HostKind,
  { options, person, provider: settings }: PaidOptions = {},
): Promise<PaidPlace> {
  const provider = await startProvider(settings);
  const place = await openHost(kind, { baseUrl: provider.baseUrl, ...PRICES, ...options }, person);
  return {
    ...place,
    provider,
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

/** Resolves when a server of this process is asked how a job stands. */
export function nextPoll(): Promise<void> {
  return new Promise((resolve) => {
    const listener = (message: unknown) => {
      const { request } = Object(message);
      if (request.method !== 'GET' || !/\/videos\/video_\w+$/.test(request.url)) return;
      unsubscribe('http.server.request.start', listener);
      resolve();
    };
    subscribe('http.server.request.start', listener);
  });
}

/** What a call came to that must have gone well. */
export function succeeded({ told, isError }: HostCallResult): HostCallResult['told'] {
  assert.equal(isError, false, told.summary);
  assert.equal(told.error, undefined);
  assert.ok(told.summary.length > 0);
  assertNoKey('what the model is told', told);
  return told;
}
