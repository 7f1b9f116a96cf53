import { createHash } from 'node:crypto';
import type { PlannedShot, StoryboardPlan } from '../../../types/storyboard.ts';
import { VideoToolsetError } from '../../errors.ts';
import { slug } from '../../slug.ts';
import { ownerOf, type ProductionServices } from '../services.ts';
import { compose } from './compose.ts';
import { type ReadDocument, readDocument } from './document.ts';
import { graphProblems } from './graph.ts';
import { picturesOf, withPicture } from './pictures.ts';
import { invalidStoryboard, meant, type Problem, SHOWN } from './problems.ts';
import type { WrittenShot } from './schema.ts';
import { tableRows } from './table.ts';

/** A storyboard as it came: a text, and the way to the table that it names. */
export interface StoryboardText {
  text: string;
  /** Of its file, for messages. */
  name: string;
  /** Where it can be read again; absent where there is no file. */
  file?: string;
  /** Where the file of that name lies that stands beside it. @throws VideoToolsetError `file_not_found` */
  locate(name: string): Promise<string>;
}

/**
 * Reads a storyboard, and everything that it names, and checks it as a whole.
 * @throws VideoToolsetError `invalid_argument` with the line and the column of everything that is wrong; nothing was sent
 */
export async function loadStoryboard(
  { text, name, file, locate }: StoryboardText,
  services: Pick<ProductionServices, 'workspace' | 'server' | 'shared'>,
): Promise<StoryboardPlan> {
  const { server } = services;
  const owner = ownerOf(services);
  const read = await readDocument(text, name);
  const { document } = read;
  const { title, table, output = {} } = document;
  const written = await collect(read, name, locate);
  const placeOf = new Map(written.shots.map(({ shot, place }) => [shot.id, place]));
  const shots = written.shots.map(({ shot }) => shot);
  const problems = written.problems;
  for (const { shot, message } of graphProblems(shots))
    problems.push({ line: 1, ...placeOf.get(shot), message: `${shot}: ${message}` });
  problems.push(...orderProblems(read, placeOf));
  const pictures = await picturesOf(shots, services, (id, message) =>
    problems.push({ line: 1, ...placeOf.get(id), message }),
  );
  if (shots.length === 0 && problems.length === 0)
    problems.push({ ...read.placeOf(['title']), message: 'it has no shots' });
  if (problems.length > 0) throw invalidStoryboard(name, problems);
  const { publish = true, poster = 0, order } = output;
  return {
    ...{ id: idOf(title, owner, server), title, server, workspace: owner },
    ...(file !== undefined && { file }),
    output: {
      ...{ concatenate: output.concatenate ?? (table === undefined && shots.length > 1), publish, poster },
      ...(order && { order: order.map(String) }),
    },
    shots: shots.map((shot) => withPicture(shot, pictures)),
  };
}

/** The same title, workspace and server: the same storyboard, whatever has become of its shots. */
export function idOf(title: string, workspace: string, server: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([title, workspace, server]))
    .digest('hex');
  return `${slug(title, { fallback: 'film' })}-${hash.slice(0, 8)}`;
}

type Place = Omit<Problem, 'message'>;

interface Collected {
  shots: { shot: PlannedShot; place: Place }[];
  problems: Problem[];
}

async function collect(read: ReadDocument, name: string, locate: StoryboardText['locate']): Promise<Collected> {
  const { document, placeOf } = read;
  const collected: Collected = { shots: [], problems: [] };
  const ids = new Set<string>();
  let number = 0;
  const add = (written: WrittenShot, place: Place, placeIn: (property: string) => Place) => {
    number++;
    const id = String(written.id ?? `shot-${number}`);
    const result = compose(written, id, document.defaults ?? {});
    if ('problem' in result) {
      const at = result.at === undefined ? place : placeIn(result.at);
      collected.problems.push({ ...at, message: `${id}: ${result.problem}` });
      return;
    }
    if (ids.has(id)) {
      collected.problems.push({ ...placeIn('id'), message: `there is another shot ${id}` });
      return;
    }
    for (const take of takesOf(id, written.variations ?? 1)) {
      ids.add(take);
      collected.shots.push({ shot: { ...result.shot, id: take }, place });
    }
  };
  for (const [index, shot] of (document.shots ?? []).entries())
    add(shot, placeOf(['shots', index]), (property) => placeOf(['shots', index, property]));
  const { table } = document;
  if (table === undefined) return collected;
  const location = await locate(table).catch((error) => {
    if (!(error instanceof VideoToolsetError)) throw error;
    throw invalidStoryboard(name, [{ ...placeOf(['table']), message: error.message }]);
  });
  for await (const { line, shot } of tableRows(location, table))
    add(shot, { file: table, line }, () => ({ file: table, line }));
  return collected;
}

/** `boat`, `boat.2`, `boat.3` */
function takesOf(id: string, variations: number): string[] {
  return Array.from({ length: variations }, (_, index) => (index === 0 ? id : `${id}.${index + 1}`));
}

function orderProblems({ document, placeOf }: ReadDocument, shots: ReadonlyMap<string, Place>): Problem[] {
  const order = (document.output?.order ?? []).map(String);
  let wrong = 0;
  return order.flatMap((id, index) => {
    if (shots.has(id)) return [];
    const place = placeOf(['output', 'order', index]);
    const other = wrong++ < SHOWN ? meant(id, shots.keys()) : '';
    return [{ ...place, message: `there is no shot ${JSON.stringify(id)}${other}` }];
  });
}
