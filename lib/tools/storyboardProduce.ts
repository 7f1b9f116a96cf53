import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { StoryboardPlan } from '../../types/storyboard.ts';
import type { Tool, ToolContext } from '../../types/tool.ts';
import { VideoToolsetError } from '../errors.ts';
import type { StoryboardText } from '../production/storyboard/load.ts';
import { MAKES_A_JOB } from './makeJob.ts';
import type { Services } from './services.ts';
import { storyboardResult } from './storyboardView.ts';
import { defineTool } from './tool.ts';

/** More than any storyboard that a model writes by hand. */
const MOST_CHARACTERS = 200_000;

export const storyboardProduceTool = (services: Services): Tool =>
  defineTool({
    name: 'storyboard_produce',
    title: 'Produce a storyboard',
    description:
      'Makes many clips in one call, in parallel, each published and paid for once, and one film of them. Use it for five ' +
      'clips or more, and for shots that continue each other. It returns by max_seconds with the state of each shot; ' +
      'call it again with the id to go on: what is made is not made again.',
    parameters: {
      type: 'object',
      properties: {
        document: {
          type: 'string',
          minLength: 1,
          maxLength: MOST_CHARACTERS,
          description:
            'The storyboard as YAML: title; defaults {seconds, size, model, template}; shots [{id, prompt, seconds, size, ' +
            'input_reference, variations}], each with at most one of continue_from, extends, remix_of: the id of another ' +
            'shot, whose last frame it begins with, that it makes longer, or anew; output {concatenate, order, poster}.',
        },
        path: { type: 'string', minLength: 1, description: 'Instead: a storyboard file in the workspace.' },
        id: { type: 'string', minLength: 1, description: 'Instead: of a storyboard to go on with.' },
        retry_failed: { type: 'boolean', description: 'Makes shots that failed anew, and pays for them.' },
        max_seconds: {
          type: 'integer',
          minimum: 1,
          maximum: 3_600,
          description: 'Return by then. Left out: as long as this host allows.',
        },
      },
      required: [],
      additionalProperties: false,
    },
    annotations: MAKES_A_JOB,
    async handler({ retry_failed, max_seconds, ...named }, context) {
      const { planStoryboard, retryFailed, runStoryboard } = await import('../production/storyboard/runStoryboard.ts');
      const { signal, approve, lifetime } = context;
      const asking = approve && { approve };
      const board = await boardOf(named, services);
      if (typeof board !== 'string') await planStoryboard(board, services, asking);
      const id = typeof board === 'string' ? board : board.id;
      if (retry_failed === true) await retryFailed(id, services, asking);
      // A person is asked once.
      const isAsked = typeof board !== 'string' || retry_failed === true;
      const waitLimitMs = context.waitLimitMs ?? services.config.waitLimitMs;
      const limitMs = Math.min(waitLimitMs, (max_seconds ?? Number.POSITIVE_INFINITY) * 1_000);
      const run = await runStoryboard(id, services, {
        ...{
          limitMs,
          ...progressOf(context),
          ...(signal && { signal }),
          ...(lifetime && { lifetime }),
          ...(isAsked ? { approve: async () => true } : asking),
        },
      });
      return await storyboardResult(run.board, services, run, signal?.aborted === true);
    },

    async question({ retry_failed: withFailed = false, max_seconds: _, ...named }) {
      const [{ estimateOf, estimateOfPlan }, { boardQuestion }] = await Promise.all([
        import('../production/storyboard/runStoryboard.ts'),
        import('../production/storyboard/approval.ts'),
      ]);
      const board = await boardOf(named, services);
      if (typeof board !== 'string')
        return boardQuestion(board.title, await estimateOfPlan(board, services), services.config);
      const { title = '' } = (await (await services.ledger()).storyboards.get(board)) ?? {};
      return boardQuestion(title, await estimateOf(board, services, { withFailed }), services.config);
    },
  });

/** The id of a storyboard that is written down, or one that is not yet, or in another version. */
async function boardOf(
  { document, path: file, id }: { document?: string; path?: string; id?: string },
  services: Services,
): Promise<string | StoryboardPlan> {
  if ([document, file, id].filter((value) => value !== undefined).length !== 1) throw notOne();
  if (id !== undefined) return id;
  const { loadStoryboard } = await import('../production/storyboard/load.ts');
  return await loadStoryboard(await textOf({ document, file }, services), services);
}

/** What a model names lies in the workspace, the table beside it, too. */
async function textOf(
  { document, file }: { document: string | undefined; file: string | undefined },
  { workspace }: Services,
): Promise<StoryboardText> {
  const folder = file === undefined ? '' : path.posix.dirname(file);
  const locate = async (name: string) => (await workspace.find(path.posix.join(folder, name))).absolute;
  if (file === undefined) return { text: document ?? '', name: 'document', locate };
  const found = await workspace.find(file);
  if (found.bytes > 50 * MOST_CHARACTERS) throw tooLarge(found.path);
  return { text: await readFile(found.absolute, 'utf8'), name: found.path, file: found.absolute, locate };
}

/** How many shots are at their end, of those that were not at the beginning. */
function progressOf({ progress }: ToolContext) {
  let [all, over] = [0, 0];
  return {
    onBegin: (_wanted: unknown, open: number) => {
      all = open;
    },
    onEvent: ({ isOver }: { isOver: boolean }) => {
      if (!isOver) return;
      over++;
      const percent = Math.min(100, (100 * over) / Math.max(1, all));
      progress?.({ phase: 'waiting', status: `${over} of ${all} shots`, percent });
    },
  };
}

function notOne(): VideoToolsetError {
  return new VideoToolsetError(
    'invalid_argument',
    'storyboard_produce takes one of document, path and id. Nothing was sent.',
    { next_step: 'Call it again with one of them.' },
  );
}

function tooLarge(name: string): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', `${name} is too large for a storyboard. Nothing was sent.`, {
    next_step: 'Put the shots into a table (CSV or JSONL) beside it, and name it as table.',
  });
}
