import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PlannedShot } from '../../../types/storyboard.ts';
import { VideoToolsetError } from '../../errors.ts';
import { requireSmall } from '../../ledger/files.ts';
import { sha256OfFile } from '../../media/hash.ts';
import { isAddress } from '../createRequest.ts';
import type { ProductionServices } from '../services.ts';
import { storeFile } from '../sharedFiles.ts';
import { hashOf } from './compose.ts';

/** A picture that a shot names, as it is asked for by whoever makes the shot. */
interface Picture {
  path: string;
  /** Hex; empty where it is not there. */
  sha256: string;
}

type Place = Pick<ProductionServices, 'workspace' | 'shared'>;

/** The pictures that shots name, each read once: a changed picture makes another clip. */
export async function picturesOf(
  shots: readonly PlannedShot[],
  services: Place,
  missing: (id: string, message: string) => unknown,
): Promise<ReadonlyMap<string, Picture>> {
  const pictures = new Map<string, Picture>();
  for (const { id, request } of shots) {
    const { input_reference: name } = request;
    if (name === undefined || isAddress(name) || pictures.has(name)) continue;
    try {
      pictures.set(name, await pictureOf(name, services));
    } catch (error) {
      if (!(error instanceof VideoToolsetError)) throw error;
      pictures.set(name, { path: name, sha256: '' });
      missing(id, `${id}: ${error.message}`);
    }
  }
  return pictures;
}

export function withPicture(shot: PlannedShot, pictures: ReadonlyMap<string, Picture>): PlannedShot {
  const { input_reference } = shot.request;
  const picture = input_reference === undefined ? undefined : pictures.get(input_reference);
  if (picture === undefined) return shot;
  const request = { ...shot.request, input_reference: picture.path };
  return { ...shot, request, hash: hashOf(request, picture.sha256) };
}

/** Where every machine may need it, it is stored for all, under the name of its bytes. */
async function pictureOf(name: string, services: Place): Promise<Picture> {
  const { absolute, bytes } = await services.workspace.find(name);
  const sha256 = await sha256OfFile(absolute);
  if (services.shared === undefined) return { path: name, sha256 };
  requireSmall(name, bytes);
  const shared = `pictures/${sha256.slice(0, 16)}${path.extname(name).toLowerCase()}`;
  await storeFile(shared, await readFile(absolute), services);
  return { path: shared, sha256 };
}
