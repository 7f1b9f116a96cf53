import { createHash } from 'node:crypto';
import path from 'node:path';
import type { PublishedFile } from '../../../types/cdn.ts';
import type { Film, ShotView, Storyboard } from '../../../types/storyboard.ts';
import type { SavedFile } from '../../../types/tool.ts';
import { besideKey } from '../../cdn/key.ts';
import { VideoToolsetError } from '../../errors.ts';
import { clipFacts } from '../../media/clipFacts.ts';
import { concatenate, type FilmPart, isOneKind } from '../../media/concatenate.ts';
import { sha256OfFile } from '../../media/hash.ts';
import { posterOf } from '../../media/poster.ts';
import { standardise, standardOf } from '../../media/standardise.ts';
import { slug } from '../../slug.ts';
import { isThere } from '../isThere.ts';
import type { ProductionServices } from '../services.ts';
import { clipFile } from './clipFile.ts';
import { folderOf, keep } from './keep.ts';
import { shotViews } from './views.ts';

/**
 * Makes the film of a storyboard whose shots are all there, and publishes it where that is wanted. The same clips in the
 * same order make no film again.
 * @returns undefined where no film is wanted, or a shot of it is missing
 * @throws VideoToolsetError `missing_package` where the clips are of several kinds and there is no ffmpeg
 */
export async function makeFilm(
  board: Storyboard,
  services: ProductionServices,
  signal?: AbortSignal,
): Promise<Film | undefined> {
  if (!board.output.concatenate) return undefined;
  const shots = await filmShots(board, services);
  const made = shots.filter(({ state, made: clip }) => state === 'published' && clip?.file !== undefined);
  if (made.length === 0 || made.length < shots.length) return undefined;
  const hash = createHash('sha256')
    .update(JSON.stringify(made.map(({ made: clip }) => clip?.file?.sha256)))
    .digest('hex')
    .slice(0, 32);
  const present = board.film?.hash === hash && (await isThere(board.film.file.path, services)) ? board.film : undefined;
  const file = present?.file ?? (await writtenFilm(board, made, services, signal));
  const wanted = board.output.publish
    ? (present?.published ?? (await publishFilm(board, file, services, signal)))
    : undefined;
  const film: Film = { hash, file, ...(wanted && { published: wanted }) };
  if (present === undefined || present.published === undefined)
    await (await services.ledger()).storyboards.keepFilm(board.id, film);
  return film;
}

/**
 * The shots of the film in its order. Where the storyboard names none, they are all of them, but for further takes, and for
 * those that another shot makes longer, which holds them.
 */
async function filmShots({ id: board, output }: Storyboard, services: ProductionServices): Promise<ShotView[]> {
  const { order } = output;
  const wanted = order && new Set(order);
  const shots = new Map<string, ShotView>();
  const extended = new Set<string>();
  for await (const shot of shotViews(board, services)) {
    const { source } = shot.request;
    if (source?.link === 'extends') extended.add(source.shot);
    if (wanted?.has(shot.id) ?? !shot.id.includes('.')) shots.set(shot.id, shot);
  }
  if (order !== undefined) return order.flatMap((id) => shots.get(id) ?? []);
  return [...shots.values()].filter(({ id }) => !extended.has(id));
}

async function writtenFilm(
  board: Storyboard,
  shots: readonly ShotView[],
  services: ProductionServices,
  signal: AbortSignal | undefined,
): Promise<SavedFile> {
  const parts: FilmPart[] = [];
  for (const shot of shots) parts.push(await partOf(shot, services, signal));
  const name = `${folderOf(board.id)}/${slug(board.title, { fallback: 'film', maxLength: 60 })}.mp4`;
  const write = async (location: string, folder: string) =>
    await concatenate(isOneKind(parts) ? parts : await alike(parts, folder, signal), location, signal);
  const { path: written, absolute, bytes } = await keep(name, write, services.workspace, { overwrite: true });
  return { path: written, bytes, sha256: await sha256OfFile(absolute), content_type: 'video/mp4' };
}

async function partOf({ id, made }: ShotView, services: ProductionServices, signal?: AbortSignal): Promise<FilmPart> {
  if (made === undefined) throw new VideoToolsetError('internal', `The shot ${id} has no clip.`);
  const absolute = await clipFile(made, services, signal);
  return { path: absolute, facts: await clipFacts(absolute, id) };
}

/** One after the other: each takes all cores. */
async function alike(parts: readonly FilmPart[], folder: string, signal: AbortSignal | undefined): Promise<FilmPart[]> {
  const standard = standardOf(parts);
  const made: FilmPart[] = [];
  for (const [index, part] of parts.entries()) {
    const target = path.join(folder, `part-${index}.mp4`);
    await standardise(part, standard, target, signal);
    made.push({ path: target, facts: await clipFacts(target, path.basename(part.path)) });
  }
  if (!isOneKind(made)) throw new VideoToolsetError('invalid_media', 'ffmpeg made clips of several kinds of one.');
  return made;
}

/** With its poster beside it, where there is an ffmpeg to take it. */
async function publishFilm(
  { output }: Storyboard,
  file: SavedFile,
  services: ProductionServices,
  signal: AbortSignal | undefined,
): Promise<PublishedFile> {
  const cdn = await services.cdn();
  const published = await cdn.upload(file.path, { signal, sha256: file.sha256 });
  const { absolute } = await services.workspace.find(file.path);
  const poster = await posterOf(absolute, signal, output.poster).catch(() => undefined);
  if (poster === undefined) return published;
  const poster_url = await cdn
    .put(besideKey(published.key, 'webp'), poster, 'image/webp', { signal })
    .catch(() => undefined);
  return { ...published, ...(poster_url !== undefined && { poster_url }) };
}
