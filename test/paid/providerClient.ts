import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Order } from './order.ts';
import type { ProviderSettings } from './provider.ts';

/** A create that was accepted: it is paid for. */
export interface PaidJob {
  id: string;
  prompt: string;
  /** Of its finished clip. */
  bytes: number;
  sha256: string;
  /** In milliseconds since 1970. */
  acceptedAt: number;
}

export interface Books {
  /** Every create that arrived, those that were refused included. */
  creates: number;
  jobs: PaidJob[];
}

/** What a paid job was asked for, and what is there of it. */
export interface PaidOrder extends Omit<Order, 'source'> {
  id: string;
  prompt: string;
  seconds: string;
  size: string;
  isForgotten: boolean;
}

/** The paid server as a test sees it, beside the API that it serves. */
export interface Provider extends AsyncDisposable {
  /** Ends in `/v1`. */
  baseUrl: string;
  books(): Promise<Books>;
  /** The jobs on the books, with what each was asked for. */
  orders(): Promise<PaidOrder[]>;
  /** The jobs that were made of a prompt, each paid for. */
  paid(prompt: string): Promise<PaidJob[]>;
  set(settings: Partial<ProviderSettings>): Promise<Books>;
  /** The server knows nothing of this job from now on. */
  forget(id: string): Promise<Books>;
  /** Lets go of the answers that are held now. */
  release(): Promise<Books>;
}

/** A paid server in a process of its own, so that nothing that befalls its clients touches it. */
export async function openProvider(settings: Partial<ProviderSettings> = {}): Promise<Provider> {
  const program = fileURLToPath(new URL('./providerProcess.ts', import.meta.url));
  const args = ['--disable-warning=ExperimentalWarning', program, JSON.stringify(settings)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [baseUrl] = await once(createInterface({ input: child.stdout }), 'line');
  return providerAt(String(baseUrl), async () => {
    const ended = once(child, 'exit');
    child.stdin.end();
    await ended;
  });
}

export function providerAt(baseUrl: string, close: () => PromiseLike<unknown>): Provider {
  const post = async (path: string, body: object = {}): Promise<string> => {
    const response = await fetch(new URL(path, baseUrl), { method: 'POST', body: JSON.stringify(body) });
    return await response.text();
  };
  const ask = async (path: string, body?: object): Promise<Books> => JSON.parse(await post(path, body));
  const books = () => ask('/_books');
  return {
    baseUrl,
    books,
    async orders() {
      const { orders }: { orders: PaidOrder[] } = JSON.parse(await post('/_orders'));
      return orders;
    },
    paid: async (prompt) => (await books()).jobs.filter((job) => job.prompt === prompt),
    set: (settings) => ask('/_settings', settings),
    forget: (id) => ask('/_forget', { id }),
    release: () => ask('/_release'),
    async [Symbol.asyncDispose]() {
      await close();
    },
  };
}
