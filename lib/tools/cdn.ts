import type { CdnEntry, PublishedFile } from '../../types/cdn.ts';
import type { Tool } from '../../types/tool.ts';
import { besideKey, normaliseKey } from '../cdn/key.ts';
import { VideoToolsetError } from '../errors.ts';
import { withCompanions } from '../production/publishClip.ts';
import { type Deletion, deleteQuestion, requireDeleteApproval } from './approval.ts';
import { whereUsable } from './clips.ts';
import type { Services } from './services.ts';
import { defineTool, READS } from './tool.ts';
import { nextCall } from './view.ts';

export const cdnUploadTool = (services: Services): Tool =>
  defineTool({
    name: 'cdn_upload',
    title: 'Publish a file',
    description:
      'Publishes a clip or picture of the workspace and returns its public address, once the bytes there are verified. The same ' +
      'file again gives the same address. Only what the user wants public.',
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
    description: 'Lists published files and their addresses, newest first, page by page.',
    parameters: {
      type: 'object',
      properties: {
        prefix: { type: 'string', description: 'Only keys that begin with this, such as 2026/11/.' },
        limit: { type: 'integer', minimum: 1, maximum: 100, description: 'Files a page, 20 if left out.' },
        after: { type: 'string', minLength: 1, description: 'The last key of the page before.' },
      },
      required: [],
      additionalProperties: false,
    },
    annotations: READS,
    async handler({ prefix = '', limit = 20, after }) {
      const all = withoutCompanions(await (await services.cdn()).list({ prefix, limit: Number.POSITIVE_INFINITY }));
      const before = after === undefined ? -1 : all.findIndex(({ key }) => key === after);
      if (after !== undefined && before === -1) throw notPublished(after);
      const page = all.slice(before + 1, before + 1 + limit);
      const last = page.at(-1)?.key;
      const hasMore = before + 1 + page.length < all.length;
      return {
        summary:
          all.length === 0 ? 'Nothing is published here yet.' : `${page.length} of ${all.length} published files.`,
        data: {
          entries: page.map(({ key, url, bytes }) => ({ key, url, bytes })),
          ...(hasMore && { next_step: nextCall('cdn_list', { ...(prefix && { prefix }), limit, after: last }) }),
        },
      };
    },
  });

export const cdnDeleteTool = (services: Services): Tool =>
  defineTool({
    name: 'cdn_delete',
    title: 'Take a published file down',
    description:
      'Takes a published file down for good, with its poster and sidecar; the file in the workspace stays. Only when the user ' +
      'asked for it; a person is asked first.',
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
      await requireDeleteApproval(takeDownOf(name), services, context);
      if (!(await cdn.remove(name))) throw notPublished(name);
      const isCompanion = COMPANIONS.some((suffix) => name.endsWith(`.${suffix}`));
      if (!isCompanion) for (const suffix of COMPANIONS) await cdn.remove(besideKey(name, suffix));
      return { summary: `${name} was taken down.`, data: { deleted: [name] } };
    },
    question: async ({ key }) => deleteQuestion(takeDownOf(normaliseKey(key)), services),
  });

function takeDownOf(name: string): Deletion {
  return { tool: 'cdn_delete', question: `Take ${name} down for good?`, subject: `The published file ${name}` };
}

function notPublished(key: string): VideoToolsetError {
  return new VideoToolsetError('not_found', `Nothing is published under ${key.slice(0, 200)}.`, {
    next_step: 'See the keys with cdn_list.',
  });
}

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
