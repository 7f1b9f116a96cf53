import type { Film, Storyboard } from '../../types/storyboard.ts';
import type { Totals } from '../production/storyboard/totals.ts';
import type { Runtime } from '../runtime.ts';
import type { Invocation } from './invocation.ts';
import { oneLine, print, printJson, withAbsolutePaths } from './output.ts';

/** What a run, or a look, came to. */
interface Seen {
  totals: Totals;
  film?: Film;
  manifest?: string;
  contact_sheet?: string;
}

/** The storyboards of this workspace, newest first. */
export async function showAll({ runtime, json }: Invocation): Promise<number> {
  const { storyboards } = await runtime.ledger();
  const { ownerOf } = await import('../production/services.ts');
  const boards = await storyboards.list({ workspace: ownerOf(runtime) });
  const shown = await Promise.all(
    boards.map(async ({ id, title }) => ({ storyboard: id, title, states: await storyboards.counts(id) })),
  );
  if (json) printJson({ storyboards: shown });
  else if (shown.length === 0) print('There is no storyboard of this workspace yet.\n');
  else
    for (const { storyboard, title, states } of shown)
      print(`${storyboard}  ${oneLine(title)}  ${statesText(states)}\n`);
  return 0;
}

/** One storyboard with all of its shots. */
export async function showOne(id: string, invocation: Invocation): Promise<number> {
  const { runtime, json } = invocation;
  const [{ noSuchStoryboard }, { totalsOf }, { shotViews }] = await Promise.all([
    import('../ledger/storyboards.ts'),
    import('../production/storyboard/totals.ts'),
    import('../production/storyboard/views.ts'),
  ]);
  const board = await (await runtime.ledger()).storyboards.get(id);
  if (board === undefined) throw noSuchStoryboard(id);
  const seen: Seen = { totals: await totalsOf(id, runtime), ...(board.film && { film: board.film }) };
  if (json) {
    printJson(await documentOf(board, invocation, seen));
    return 0;
  }
  const { usd, seconds } = seen.totals;
  const cost = usd === undefined ? `${seconds} seconds` : `$${usd.toFixed(2)}`;
  print(`${oneLine(board.title)} (${id}): ${statesText(seen.totals.states)}; ${cost}\n`);
  for await (const { id: shot, state, made, error } of shotViews(id, runtime)) {
    const rest = error?.message ?? made?.published?.url ?? made?.key ?? '';
    print(`${oneLine(`${shot.padEnd(16)} ${state.padEnd(10)} ${rest}`).trimEnd()}\n`);
  }
  for (const line of await linesOf({ board, ...seen }, runtime)) print(`${line}\n`);
  return 0;
}

/** What one reads a run for: the film, or else every shot's address. */
export async function linesOf({ board, film }: Seen & { board: Storyboard }, runtime: Runtime): Promise<string[]> {
  if (film !== undefined)
    return [film.published?.url ?? withAbsolutePaths([film.file], runtime.workspace)[0]?.path ?? ''];
  if (board.output.concatenate) return [];
  const { shotViews } = await import('../production/storyboard/views.ts');
  const addresses: string[] = [];
  for await (const { made } of shotViews(board.id, runtime))
    addresses.push(...(made?.published ? [made.published.url] : []));
  return addresses;
}

/** The one document of `--json`. */
export async function documentOf(
  { id, title, server }: Storyboard,
  { runtime }: Invocation,
  { totals, film, manifest, contact_sheet }: Seen,
): Promise<Record<string, unknown>> {
  const [{ shotEntry }, { shotViews }] = await Promise.all([
    import('../production/storyboard/manifest.ts'),
    import('../production/storyboard/views.ts'),
  ]);
  const shots: unknown[] = [];
  for await (const shot of shotViews(id, runtime)) shots.push(shotEntry(shot));
  const absolute = (file: string) => withAbsolutePaths([{ path: file }], runtime.workspace)[0]?.path;
  return {
    ...{ storyboard: id, title, server, totals },
    ...(film && { film: { ...film.file, ...film.published, path: absolute(film.file.path) } }),
    ...(manifest !== undefined && { manifest: absolute(manifest) }),
    ...(contact_sheet !== undefined && { contact_sheet: absolute(contact_sheet) }),
    shots,
  };
}

export function statesText(states: Totals['states']): string {
  return Object.entries(states)
    .map(([state, shots]) => `${shots} ${state}`)
    .join(', ');
}
