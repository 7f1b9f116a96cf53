import type { Clip } from '../../types/ledger.ts';
import type { Shot, ShotStage, ShotView, Storyboard } from '../../types/storyboard.ts';
import type { Row } from '../sqlite.ts';

const STAGES: readonly ShotStage[] = ['waiting', 'ready', 'done', 'failed'];

export function shotOf(row: Row): Shot {
  const stage = STAGES.find((name) => name === row.stage);
  if (stage === undefined) throw new TypeError(`The ledger holds a word this version does not know: ${row.stage}`);
  return {
    storyboard: String(row.storyboard),
    id: String(row.id),
    number: Number(row.number),
    take: Number(row.take),
    stage,
    request: JSON.parse(String(row.request)),
    hash: String(row.hash),
    ...(row.clip !== null && { clip: String(row.clip) }),
    ...(row.error !== null && { error: JSON.parse(String(row.error)) }),
  };
}

export function storyboardOf(row: Row): Storyboard {
  return {
    id: String(row.id),
    title: String(row.title),
    server: String(row.server),
    workspace: String(row.workspace),
    ...(row.file !== null && { file: String(row.file) }),
    output: JSON.parse(String(row.output)),
    createdAt: Number(row.created_at),
    updatedAt: Number(row.updated_at),
    ...(row.film !== null && { film: JSON.parse(String(row.film)) }),
  };
}

/** A shot is where its clip is, once it has one. */
export function viewOf(shot: Shot, made: Clip | undefined, cost: ShotView['cost']): ShotView {
  const before = shot.stage === 'done' ? 'published' : shot.stage;
  const state = shot.stage === 'failed' ? 'failed' : (made?.state ?? before);
  return { ...shot, state, ...(made && { made }), ...(cost && { cost }) };
}
