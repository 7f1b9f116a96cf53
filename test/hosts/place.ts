import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import path from 'node:path';
import type { Options } from '../../types/config.ts';
import { type ProviderSettings, startProvider } from '../paid/provider.ts';
import type { Provider } from '../paid/providerClient.ts';
import { assertNoKey, KEY } from '../support/key.ts';
import { temporaryFolder } from '../support/temporary.ts';
import type { HostCallResult, HostKind, Person, TestHost } from './host.ts';

/** What a host is opened with, over folders of its own. */
export interface HostOptions extends AsyncDisposable {
  options: Options;
  workspace: string;
}

async function hostOptions(options: Options): Promise<HostOptions> {
  const folder = await temporaryFolder();
  const workspace = path.join(folder.path, 'videos');
  return {
    workspace,
    options: { workspace, state: path.join(folder.path, 'state'), pollIntervalMs: 50, apiKey: KEY, ...options },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** A clip of four seconds costs 40 cents. */
const PRICES = { model: 'painter-1', prices: { 'painter-1': 0.1 }, profile: { defaultSeconds: 4 } };

/** The same over a server that counts what it is paid for. */
export async function paidOptions(
  options: Options = {},
  settings?: Partial<ProviderSettings>,
): Promise<HostOptions & { provider: Provider }> {
  const provider = await startProvider(settings);
  const place = await hostOptions({ baseUrl: provider.baseUrl, ...PRICES, ...options });
  return {
    ...place,
    provider,
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

export async function openHost(kind: HostKind, options: Options): Promise<{ host: TestHost } & HostOptions> {
  return await opened(kind, await hostOptions(options));
}

export interface PaidHostOptions {
  options?: Options;
  person?: Person;
  provider?: Partial<ProviderSettings>;
}

export async function openPaidHost(kind: HostKind, { options, person, provider }: PaidHostOptions = {}) {
  return await opened(kind, await paidOptions(options, provider), person);
}

async function opened<T extends HostOptions>(
  kind: HostKind,
  place: T,
  person?: Person,
): Promise<T & { host: TestHost }> {
  const host = await kind.open(place.options, person);
  return {
    ...place,
    host,
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
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
