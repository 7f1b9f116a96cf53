import type { Tool } from '../../types/tool.ts';
import { noSuchStoryboard } from '../ledger/storyboards.ts';
import type { Services } from './services.ts';
import { storyboardResult } from './storyboardView.ts';
import { defineTool, READS } from './tool.ts';

const SHOWN = 20;

export const storyboardStatusTool = (services: Services): Tool =>
  defineTool({
    name: 'storyboard_status',
    title: 'Look at a storyboard',
    description:
      'Tells how far a storyboard is, shot by shot, at once; without an id it lists the storyboards of this workspace. Costs nothing.',
    parameters: {
      type: 'object',
      properties: { id: { type: 'string', minLength: 1, description: 'Of the storyboard.' } },
      required: [],
      additionalProperties: false,
    },
    annotations: READS,
    async handler({ id }) {
      const { storyboards } = await services.ledger();
      if (id === undefined) {
        const boards = await storyboards.list({ workspace: services.workspace.root, limit: SHOWN });
        const views = boards.map(async (board) => ({
          ...{ id: board.id, title: board.title },
          states: await storyboards.counts(board.id),
        }));
        const summary =
          boards.length === 0 ? 'There is no storyboard of this workspace yet.' : `Storyboards: ${boards.length}.`;
        return { summary, data: { storyboards: await Promise.all(views) } };
      }
      const board = await storyboards.get(id);
      if (board === undefined) throw noSuchStoryboard(id);
      const { totalsOf } = await import('../production/storyboard/totals.ts');
      const seen = { totals: await totalsOf(id, services), ...(board.film && { film: board.film }) };
      return await storyboardResult(board, services, seen);
    },
  });
