import { writeFile } from 'node:fs/promises';
import { VideoToolsetError } from '../errors.ts';
import { isThere } from './isThere.ts';
import type { ProductionServices } from './services.ts';
import { keep } from './storyboard/keep.ts';

type Place = Pick<ProductionServices, 'workspace' | 'shared'>;

/** Brings a file here that another machine has stored; one that nobody stored is missed by whoever wants it. */
export async function bringFile(name: string, services: Place): Promise<void> {
  const { shared } = services;
  if (shared === undefined || (await isThere(name, services))) return;
  const bytes = await shared.files.get(name);
  if (bytes !== undefined) await keepBytes(name, bytes, services);
}

/** Stores a file for every machine, and writes it here: who comes first is right. */
export async function storeFile(name: string, bytes: Buffer, services: Place): Promise<void> {
  const stored = (await services.shared?.files.keep(name, bytes)) ?? bytes;
  await keepBytes(name, stored, services);
}

async function keepBytes(name: string, bytes: Buffer, { workspace }: Place): Promise<void> {
  await keep(name, (location) => writeFile(location, bytes), workspace).catch(whereTaken);
}

/** Another process was first: its file is the one. */
function whereTaken(error: unknown): void {
  if (!(error instanceof VideoToolsetError) || error.code !== 'file_exists') throw error;
}
