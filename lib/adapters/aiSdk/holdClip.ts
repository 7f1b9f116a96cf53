import { readFile } from 'node:fs/promises';
import type { Clip } from '../../../types/ledger.ts';
import type { SavedFile } from '../../../types/tool.ts';
import { VideoToolsetError } from '../../errors.ts';
import { sha256OfFile } from '../../media/hash.ts';
import { isHere, jobOf } from '../../production/advance.ts';
import type { ProductionServices } from '../../production/services.ts';

/** Are the clip's bytes there, at its server or nearer? */
export function isMade({ state }: Clip): boolean {
  return state === 'done' || state === 'downloaded' || state === 'published';
}

/**
 * A clip's file in the workspace, fetched where it is not there yet, and its bytes.
 * @throws VideoToolsetError `unsupported` for a clip that is larger than it may be: its file stays
 */
export async function holdClip(
  clip: Clip,
  services: ProductionServices,
  { maxBytes, signal }: { maxBytes: number; signal?: AbortSignal },
): Promise<{ file: SavedFile; data: Uint8Array }> {
  const file = (await savedFileOf(clip, services)) ?? (await fetchFile(clip, services, signal));
  if (file.bytes > maxBytes) throw tooLarge(file, maxBytes);
  const { absolute } = await services.workspace.find(file.path);
  // The same bytes, which are not held twice.
  const { buffer, byteOffset, byteLength } = await readFile(absolute, { ...(signal && { signal }) });
  return { file, data: new Uint8Array(buffer, byteOffset, byteLength) };
}

/** What was fetched before, unless its file was changed or taken away. */
async function savedFileOf(clip: Clip, services: ProductionServices): Promise<SavedFile | undefined> {
  const { file } = clip;
  if (file === undefined || !isHere(clip, services)) return undefined;
  const present = await services.workspace.find(file.path).catch((error) => {
    if (error instanceof VideoToolsetError && error.code === 'file_not_found') return undefined;
    throw error;
  });
  return present && (await sha256OfFile(present.absolute)) === file.sha256 ? file : undefined;
}

async function fetchFile(clip: Clip, services: ProductionServices, signal?: AbortSignal): Promise<SavedFile> {
  const [api, ledger] = await Promise.all([services.api(), services.ledger()]);
  const file = await api.download(jobOf(clip), { signal });
  const isOurs = isHere(clip, services) && clip.state !== 'published';
  // Whoever else went on with it meanwhile has noted it.
  if (isOurs) await ledger.move(clip, 'downloaded', { file }).catch(whereSuperseded);
  return file;
}

function whereSuperseded(error: unknown): void {
  if (!(error instanceof VideoToolsetError) || error.code !== 'superseded') throw error;
}

function tooLarge({ path, bytes }: SavedFile, maxBytes: number): VideoToolsetError {
  return new VideoToolsetError(
    'unsupported',
    `The clip has ${bytes} bytes, and no more than ${maxBytes} are handed over in memory: it lies in the workspace as ${path}.`,
    { submitted: 'yes', billed: 'likely', next_step: 'Use that file, or raise maxBytes.' },
  );
}
