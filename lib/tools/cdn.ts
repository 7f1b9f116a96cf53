import type { PublishedFile } from '../../types/cdn.ts';
import type { Tool } from '../../types/tool.ts';
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
      await notePublished(published, services);
      return { summary: `Published at ${published.url}`, data: { published: [published] } };
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
      const entries = await (await services.cdn()).list({ prefix, limit });
      const files = entries.map(({ key, url, bytes }) => ({ key, url, bytes }));
      return {
        summary: files.length === 0 ? 'Nothing is published here yet.' : `${files.length} published files.`,
        data: { entries: files },
      };
    },
  });

async function notePublished(published: PublishedFile, services: Services): Promise<void> {
  await whereUsable(async () => {
    const ledger = await services.ledger();
    const clip = await ledger.byFile(services.workspace.root, published.path);
    if (clip?.file?.sha256 !== published.sha256) return;
    await ledger.move(clip, 'published', { published });
  });
}
