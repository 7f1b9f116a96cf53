import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../types/config.ts';
import { text, wrong } from './values.ts';
import type { Environment, OptionName } from './variables.ts';

/** @throws VideoToolsetError where the state or the published files would lie open to the tools, or the other way round */
export function refuseOverlaps({ workspace, state, cdn }: Pick<Config, 'workspace' | 'state' | 'cdn'>): void {
  if (isInside(state, workspace)) {
    throw wrong('state', 'it lies inside the workspace (VIDEO_WORKSPACE); choose a folder outside of it');
  }
  if (cdn.protocol !== 'file:') return;
  const published = fileURLToPath(cdn);
  if (isInside(workspace, published)) {
    throw wrong('cdn', 'it is the workspace (VIDEO_WORKSPACE) or a folder around it; choose one inside or beside it');
  }
  if (isInside(state, published)) {
    throw wrong('cdn', 'it is the state folder (VIDEO_STATE) or a folder around it, which must not be published');
  }
}

export function folder(name: OptionName, value: unknown): string {
  const location = text(name, value);
  if (location === undefined || location.includes('\0')) throw wrong(name, 'it must be a path to a folder');
  const expanded = location === '~' || location.startsWith('~/') ? path.join(homedir(), location.slice(1)) : location;
  return absolute(name, expanded);
}

/** A file of this machine, or a database for several. */
export function ledgerPlace(value: unknown, state: string): string {
  const place = text('ledger', value);
  if (place === undefined) return path.join(state, 'ledger.db');
  if (/^postgres(ql)?:\/\//.test(place)) return place;
  if (/^([a-z][a-z0-9+.-]+:\/\/|postgres(ql)?:)/i.test(place))
    throw wrong('ledger', 'it must be a file or a postgres:// address');
  return folder('ledger', place);
}

export function defaultState(environment: Environment): string {
  const base = environment.XDG_STATE_HOME?.trim();
  return path.join(base && path.isAbsolute(base) ? base : path.join(homedir(), '.local', 'state'), 'video-toolset');
}

/** @throws VideoToolsetError where the current folder was removed under us */
export function absolute(name: OptionName, location: string): string {
  try {
    return path.resolve(location);
  } catch {
    throw wrong(name, 'it is a relative path, and the current folder does not exist any more');
  }
}

function isInside(inner: string, outer: string): boolean {
  const relative = path.relative(realPath(outer), realPath(inner));
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** Links are followed as far as the path exists. */
function realPath(location: string): string {
  try {
    return realpathSync(location);
  } catch {
    const parent = path.dirname(location);
    return parent === location ? location : path.join(realPath(parent), path.basename(location));
  }
}
