/**
 * A storyboard step by step, as a cron job, Temporal, Inngest or a worker of your own carries it: each call does what can
 * be done now, keeps nothing in memory, and ends. Call it until it says that nothing is left.
 *
 *     node docs/examples/storyboardStep.ts docs/examples/storyboards/harbour.yaml
 */
import { openRuntime } from '../../lib/index.ts';
// In a program of your own: 'video-toolset/production' and 'video-toolset'.
import { advanceShot, finishStoryboard, loadStoryboard, storyboardFile } from '../../lib/production/production.ts';

const AT_ONCE = 4;

const [file = 'docs/examples/storyboards/harbour.yaml'] = process.argv.slice(2);
const runtime = openRuntime();
try {
  const { storyboards } = await runtime.ledger();
  const plan = await loadStoryboard(await storyboardFile(file), runtime);
  await storyboards.plan(plan);
  const ready = await storyboards.ready(plan.id, { limit: AT_ONCE });
  for (const shot of ready) {
    // With a limit of 0 a running job is looked at once, and not waited for.
    const { state, pauseMs } = await advanceShot(plan.id, shot.id, runtime, { limitMs: 0 });
    process.stdout.write(`${shot.id} is ${state}${pauseMs ? `; look again in ${pauseMs} ms` : ''}\n`);
  }
  if (ready.length === 0) {
    const { totals, film } = await finishStoryboard(plan.id, runtime);
    process.stdout.write(`Nothing is left: ${JSON.stringify(totals.states)} ${film?.published?.url ?? ''}\n`);
  }
} finally {
  await runtime.close();
}
