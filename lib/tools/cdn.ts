import type { CdnEntry, PublishedFile } from '../../types/cdn.ts';
import type { Tool } from '../../types/tool.ts';
import { besideKey, normaliseKey } from '../cdn/key.ts';
import { VideoToolsetError } from '../errors.ts';
import { withCompanions } from '../production/publishClip.ts';
import { requireDeleteApproval } from './approval.ts';
import { whereUsable } from './clips.ts';
import type { Services } from './services.ts';
import { defineTool } from './tool.ts';

export const cdnUploadTool = (services: Services): Tool =>
  defineTool({
    name: 'cdn_upload',
    title: 'Publish a file',
    description:
      'Publishes a clip or picture of the workspace and returns its address, once the bytes there are verified. ' +
      'Publishing the same file again gives the same address.',
    parameters: {
      type: 'object',
      properties: {
        path: { type: 'string', minLength: 1, description: 'File in the workspace, as video_download returned it.' },
      },
      required: ['path'],
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: true,
      costsMoney: false,
    },
    async handler({ path }, { signal, progress }) {
      const cdn = await services.cdn();
      const published = await cdn.upload(path, {
        signal,
        onProgress: (bytes, total) => progress?.({ phase: 'publishing', percent: (100 * bytes) / total }),
      });
      const complete = await notePublished(published, services, signal);
      return { summary: `Published at ${published.url}`, data: { published: [complete] } };
    },
  });

export const cdnListTool = (services: Services): Tool =>
  defineTool({
    name: 'cdn_list',
    title: 'List published files',
    description: 'Lists published files, newest first, with their addresses.',
    parameters: {
      type: 'object',
      properties: {
        prefix: { type: 'string', description: 'Only keys that begin with this, such as 2026/11/.' },
        limit: { type: 'integer', minimum: 1, maximum: 100, description: 'How many; 20 if left out.' },
      },
      required: [],
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: true,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: true,
      costsMoney: false,
    },
    async handler({ prefix = '', limit = 20 }) {
      const all = await (await services.cdn()).list({ prefix, limit: Number.POSITIVE_INFINITY });
      const files = withoutCompanions(all)
        .slice(0, limit)
        .map(({ key, url, bytes }) => ({ key, url, bytes }));
      return {
        summary: files.length === 0 ? 'Nothing is published here yet.' : `${files.length} published files.`,
        data: { entries: files },
      };
    },
  });

export const cdnDeleteTool = (services: Services): Tool =>
  defineTool({
    name: 'cdn_delete',
    title: 'Take a published file down',
    description:
      'Removes a published file, its poster and its sidecar, so that its address ends; the file in the workspace stays. ' +
      'A person is asked first. Use it only when the user asked for it.',
    parameters: {
      type: 'object',
      properties: {
        key: { type: 'string', minLength: 1, maxLength: 900, description: 'Key of the file, as cdn_list shows it.' },
      },
      required: ['key'],
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: true,
      costsMoney: false,
    },
    async handler({ key }, context) {
      const cdn = await services.cdn();
      const name = normaliseKey(key);
      await requireDeleteApproval(
        { tool: 'cdn_delete', question: `Take ${name} down for good?`, subject: `The published file ${name}` },
        services,
        context,
      );
      if (!(await cdn.remove(name))) {
        throw new VideoToolsetError('not_found', `Nothing is published under ${name}.`, {
          next_step: 'See the keys with cdn_list.',
        });
      }
      const isCompanion = COMPANIONS.some((suffix) => name.endsWith(`.${suffix}`));
      if (!isCompanion) for (const suffix of COMPANIONS) await cdn.remove(besideKey(name, suffix));
      return { summary: `${name} was taken down.`, data: { deleted: [name] } };
    },
  });

/** Poster and sidecar. */
const COMPANIONS = ['webp', 'json'];

/** A poster and a sidecar go with their clip. */
function withoutCompanions(entries: readonly CdnEntry[]): CdnEntry[] {
  const isCompanion = (key: string) => COMPANIONS.some((suffix) => key.endsWith(`.${suffix}`));
  const stem = (key: string) => besideKey(key, '');
  const clips = new Set(entries.filter(({ key }) => !isCompanion(key)).map(({ key }) => stem(key)));
  return entries.filter(({ key }) => !isCompanion(key) || !clips.has(stem(key)));
}

/** A clip that the ledger knows gets its poster and sidecar, and is published there, too. */
async function notePublished(
  published: PublishedFile,
  services: Services,
  signal: AbortSignal | undefined,
): Promise<PublishedFile> {
  const noted = await whereUsable(async () => {
    const ledger = await services.ledger();
    const clip = await ledger.byFile(services.workspace.root, published.path);
    if (clip?.file?.sha256 !== published.sha256) return published;
    const complete = await withCompanions(clip, published, services, signal);
    await ledger.move(clip, 'published', { published: complete });
    return complete;
  });
  return noted ?? published;
}
