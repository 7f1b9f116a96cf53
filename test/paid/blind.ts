import { priceOf } from '../../lib/production/price.ts';
import { produceWish } from '../../lib/production/produce.ts';
import type { ProductionServices } from '../../lib/production/services.ts';
import { prepareAgain, send } from '../../lib/production/submit.ts';
import { openRuntime } from '../../lib/runtime.ts';

/** `blind.ts <prompt>` produces a clip as ever, but sends anew whatever has no answer, as a client without a ledger does. */
const blindRetry: ProductionServices['reconcile'] = async (clip, services, { signal }) => {
  const [api, ledger] = await Promise.all([services.api(), services.ledger()]);
  const { config } = services;
  const job = await prepareAgain(clip, services);
  const price = await priceOf(job, api, config, signal);
  const anew = await ledger.attemptAnew(clip, price, config.budget, 'may have made a job');
  return { ...(await send(anew, job, price, services, { signal })), isSettled: false };
};

const [prompt = ''] = process.argv.slice(2);
const runtime = openRuntime();
const request = { operation: 'create', parameters: { prompt, seconds: '4' } } as const;
const { published } = await produceWish(
  { request, goal: 'published' },
  { ...runtime, reconcile: blindRetry },
  { session: 'a session', limitMs: runtime.config.waitLimitMs },
);
process.stdout.write(JSON.stringify({ published: [published] }));
await runtime.close();
