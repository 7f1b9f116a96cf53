import type { PlannedShot } from '../../../types/storyboard.ts';
import { meant, SHOWN } from './problems.ts';

/** What is wrong between shots, and at which one. */
export interface GraphProblem {
  shot: string;
  message: string;
}

/** Is every source there, and made of nothing that is made of it? */
export function graphProblems(shots: readonly PlannedShot[]): GraphProblem[] {
  const byId = new Map(shots.map((shot) => [shot.id, shot]));
  const problems: GraphProblem[] = [];
  const sourceOf = (id: string) => byId.get(id)?.request.source?.shot;
  /** The walk that came by; what it led to is known. */
  const seen = new Map<string, string>();
  for (const { id, request } of shots) {
    const { source } = request;
    if (source !== undefined && !byId.has(source.shot)) {
      // To look through all ids takes its time; of thousands of problems few are told.
      const other = problems.length < SHOWN ? meant(source.shot, byId.keys()) : '';
      problems.push({
        shot: id,
        message: `${source.link} names ${JSON.stringify(source.shot)}, which is no shot${other}`,
      });
    }
    const walk: string[] = [];
    let next: string | undefined = id;
    for (; next !== undefined && !seen.has(next); next = sourceOf(next)) {
      seen.set(next, id);
      walk.push(next);
    }
    if (next === undefined || seen.get(next) !== id) continue;
    const circle = walk.slice(walk.indexOf(next));
    const told = circle.length > SHOWN ? [...circle.slice(0, SHOWN), '…'] : circle;
    problems.push({ shot: next, message: `it is made of itself: ${[...told, next].join(' is made of ')}` });
  }
  return problems;
}
