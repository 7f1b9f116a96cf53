import type { ToolContext } from '../../types/tool.ts';
import { advance } from './advance.ts';
import type { ProductionServices, Step } from './services.ts';

/** Carries a clip as far as it goes without waiting for its job. */
export async function look(
  key: string,
  services: ProductionServices,
  context: Pick<ToolContext, 'signal'>,
): Promise<Step> {
  let version = (await (await services.ledger()).get(key))?.version;
  let seen: Pick<Step, 'video'> = {};
  for (;;) {
    const step = await advance(key, services, { ...context, stop: context.signal, limitMs: 0 });
    if (step.video !== undefined) seen = { video: step.video };
    if (step.isSettled || step.pauseMs !== undefined || step.clip.version === version) return { ...seen, ...step };
    version = step.clip.version;
  }
}
