import { createHash } from 'node:crypto';
import type { PlanChanges, PlannedShot, Shot } from '../../types/storyboard.ts';

export type AssignedShot = Omit<Shot, 'storyboard'>;

/**
 * Gives each shot of a plan its take, and the clip that it, or another shot that asked for the same, had before: what did
 * not change is not made anew, whatever it is called now and wherever it stands.
 * @param planned without circles, every source among them
 */
export function assign(
  planned: readonly PlannedShot[],
  present: readonly Shot[],
): { shots: AssignedShot[]; changes: PlanChanges } {
  const left = Map.groupBy(present, ({ hash }) => hash);
  const numbers = new Map(planned.map(({ id }, index) => [id, index + 1]));
  const bySource = Map.groupBy(planned, ({ request }) => request.source?.shot);
  const assigned = new Map<string, AssignedShot>();

  const assignAlike = (hash: string, alike: readonly PlannedShot[]): PlannedShot[] => {
    const rows = left.get(hash) ?? [];
    left.delete(hash);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const own = new Map(alike.map(({ id }) => [id, byId.get(id)]));
    const others = rows.filter((row) => own.get(row.id) === undefined).sort(byWorth);
    const takes = new Set(rows.map(({ take }) => take));
    let free = 1;
    for (const { id, request } of alike) {
      const row = own.get(id) ?? others.shift();
      while (takes.has(free)) free++;
      const take = row?.take ?? free;
      takes.add(take);
      const source = request.source && assigned.get(request.source.shot);
      const { clip, error } = row ?? {};
      const stage = stageOf(row, source);
      const number = numbers.get(id) ?? 0;
      assigned.set(id, { id, number, take, stage, request, hash, ...(clip && { clip }), ...(error && { error }) });
    }
    if (others.length > 0) left.set(hash, others);
    return [...alike];
  };

  // Sources first: what they are made of belongs to what is made of them.
  for (let level = bySource.get(undefined) ?? []; level.length > 0; ) {
    const alike = Map.groupBy(level, (shot) => wholeHash(shot, assigned));
    const done = [...alike].flatMap(([hash, shots]) => assignAlike(hash, shots));
    level = done.flatMap(({ id }) => bySource.get(id) ?? []);
  }
  const shots = [...assigned.values()].sort((a, b) => a.number - b.number);
  const wanted = shots.filter(({ clip }) => clip === undefined).map(({ id }) => id);
  const dropped = [...left.values()].flat().flatMap(({ clip }) => clip ?? []);
  return { shots, changes: { kept: shots.length - wanted.length, wanted, dropped } };
}

function wholeHash({ hash, request: { source } }: PlannedShot, assigned: ReadonlyMap<string, AssignedShot>): string {
  const origin = source && assigned.get(source.shot);
  const text = JSON.stringify([hash, source?.link, origin?.hash, origin?.take]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function stageOf(row: Shot | undefined, source: AssignedShot | undefined): Shot['stage'] {
  if (row?.stage === 'done' || row?.stage === 'failed' || row?.clip !== undefined) return row.stage;
  return source === undefined || source.stage === 'done' ? 'ready' : 'waiting';
}

/** What has a clip goes first to whoever wants the same. */
function byWorth(a: Shot, b: Shot): number {
  return Number(a.clip === undefined) - Number(b.clip === undefined) || a.take - b.take;
}
