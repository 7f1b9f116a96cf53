import type { BridgeOptions } from '../../../lib/studio/engines/bridge/bridge.ts';
import { openStudio, type TestStudio } from '../../support/studio.ts';
import type { Dialect } from './dialects.ts';
import { startProvider, type TestProvider } from './provider.ts';

export interface Bridged extends AsyncDisposable {
  provider: TestProvider;
  studio: TestStudio;
}

/** A provider, and a studio that knows it. */
export async function openBridge(dialect: Dialect, options: BridgeOptions = {}): Promise<Bridged> {
  const provider = await startProvider(dialect);
  const studio = await openStudio({ bridge: bridgeTo(dialect, provider.origin, options) });
  return {
    provider,
    studio,
    async [Symbol.asyncDispose]() {
      await studio[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

export function bridgeTo(dialect: Dialect, origin: string, options: BridgeOptions = {}): BridgeOptions {
  const [name = ''] = dialect.model.split('/');
  return { providers: { [name]: dialect.settings(origin) }, pollMs: 20, ...options };
}
