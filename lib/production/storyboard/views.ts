import type { Shot, ShotView } from '../../../types/storyboard.ts';
import type { ProductionServices } from '../services.ts';

const PAGE = 200;

/** Every shot with its clip and its cost, page by page. */
export async function* shotViews(
  storyboard: string,
  services: Pick<ProductionServices, 'ledger'>,
): AsyncGenerator<ShotView> {
  const { storyboards } = await services.ledger();
  yield* everyPage((after) => storyboards.views(storyboard, { after, limit: PAGE }));
}

/** Every shot, page by page. */
export async function* allShots(
  storyboard: string,
  services: Pick<ProductionServices, 'ledger'>,
): AsyncGenerator<Shot> {
  const { storyboards } = await services.ledger();
  yield* everyPage((after) => storyboards.shots(storyboard, { after, limit: PAGE }));
}

async function* everyPage<T extends Shot>(read: (after: number) => Promise<T[]>): AsyncGenerator<T> {
  for (let after = 0; ; ) {
    const page = await read(after);
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.number ?? after;
  }
}
