import type { ServerName } from '../../types/config.ts';
import { type OptionalOperation, PROFILES } from '../api/profiles.ts';

/** The operations that some tools cannot do without. */
const NEEDS: Record<string, OptionalOperation> = {
  video_list: 'list',
  video_delete: 'delete',
  video_remix: 'remix',
  video_edit: 'edit',
  video_extend: 'extend',
  video_character_create: 'characters',
  video_character_retrieve: 'characters',
};

/** Those of the wanted tools that the server is not known to miss. */
export function offeredTools(wanted: readonly string[], server: ServerName): string[] {
  const { missing } = PROFILES[server];
  return wanted.filter((name) => {
    const operation = NEEDS[name];
    return operation === undefined || !missing.includes(operation);
  });
}
