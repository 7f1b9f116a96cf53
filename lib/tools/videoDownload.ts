import type { SavedFile, Tool } from '../../types/tool.ts';
import { isHere } from '../production/advance.ts';
import { jobIdOf, whereUsable } from './clips.ts';
import type { Services } from './services.ts';
import { defineTool } from './tool.ts';
import { nextCall } from './view.ts';

export const videoDownloadTool = (services: Services): Tool =>
  defineTool({
    name: 'video_download',
    title: 'Download a video',
    description:
      'Saves the clip of a completed job in the workspace, whole and checked, and returns its path. Download soon: servers keep ' +
      'clips only for a while. Costs nothing; doing it again is harmless.',
    parameters: {
      type: 'object',
      properties: {
        id: { type: 'string', minLength: 1, description: 'Id of a completed job, or key of its clip (clip-…).' },
        variant: {
          type: 'string',
          enum: ['video', 'thumbnail', 'spritesheet'],
          description: 'video (MP4, if left out), thumbnail or spritesheet (images).',
        },
        name: {
          type: 'string',
          minLength: 1,
          maxLength: 200,
          description: 'File name in the workspace, without suffix. Left out: from prompt and id.',
        },
        overwrite: { type: 'boolean', description: 'Replace a file of that name; false if left out.' },
      },
      required: ['id'],
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: true,
      costsMoney: false,
    },
    async handler({ id: idOrKey, variant, name, overwrite = false }, { signal, progress }) {
      await services.workspace.requireWritable();
      const id = await jobIdOf(idOrKey, services);
      const api = await services.api();
      const file = await api.download(id, {
        ...(variant && { variant }),
        ...(name !== undefined && { name }),
        overwrite,
        signal,
        onProgress: (bytes, total) =>
          progress?.({ phase: 'downloading', job_id: id, ...(total && { percent: (100 * bytes) / total }) }),
      });
      if ((variant ?? 'video') === 'video') await noteDownloaded(id, file, services);
      return {
        summary: `Saved ${file.path} (${file.bytes} bytes).`,
        data: { files: [file], next_step: nextCall('cdn_upload', { path: file.path }) },
      };
    },
  });

async function noteDownloaded(id: string, file: SavedFile, services: Services): Promise<void> {
  await whereUsable(async () => {
    const ledger = await services.ledger();
    const clip = await ledger.byJob(services.server, id);
    if (clip === undefined || !isHere(clip, services)) return;
    const done = clip.state === 'known' ? await ledger.move(clip, 'done') : clip;
    if (done.state === 'done' || done.state === 'downloaded') await ledger.move(done, 'downloaded', { file });
  });
}
