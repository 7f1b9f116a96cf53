import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ShotView, Storyboard } from '../../../types/storyboard.ts';
import { toolVersion } from '../../version.ts';
import type { ProductionServices } from '../services.ts';
import { folderOf, keep } from './keep.ts';
import type { Totals } from './totals.ts';
import { shotViews } from './views.ts';

/** Writes down, as JSON, what a storyboard came to: every shot with its prompt, its clip, its cost and its address. @returns its path */
export async function writeManifest(board: Storyboard, totals: Totals, services: ProductionServices): Promise<string> {
  const write = (location: string) =>
    pipeline(Readable.from(manifestText(board, totals, services)), createWriteStream(location));
  const name = `${folderOf(board.id)}/manifest.json`;
  return (await keep(name, write, services.workspace, { overwrite: true })).path;
}

async function* manifestText(board: Storyboard, totals: Totals, services: ProductionServices): AsyncGenerator<string> {
  const { id, title, server, file, film } = board;
  const head = {
    ...{ storyboard: id, title, server, ...(file !== undefined && { document: file }) },
    ...{ written_at: new Date().toISOString(), tool: `video-toolset ${toolVersion()}`, totals },
    ...(film && { film: { ...film.file, ...film.published } }),
  };
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "shots": [`;
  let separator = '\n';
  for await (const shot of shotViews(id, services)) {
    yield `${separator}    ${JSON.stringify(shotEntry(shot))}`;
    separator = ',\n';
  }
  yield '\n  ]\n}\n';
}

/** A shot as results and manifests tell it. Wire names. */
export function shotEntry({ id, state, request, take, clip, made, cost, error }: ShotView) {
  const { source, ...asked } = request;
  return {
    ...{ id, state, ...asked },
    ...(source && { [source.link]: source.shot }),
    ...(take > 1 && { take }),
    ...(clip !== undefined && { clip }),
    ...(made?.jobId !== undefined && { job: made.jobId }),
    ...(cost && { cost }),
    ...(made?.file && { file: made.file }),
    ...(made?.published && { published: made.published }),
    ...(error && { error }),
  };
}
