import type { Tool } from '../../types/tool.ts';
import type { Services } from './services.ts';
import { defineTool } from './tool.ts';
import { nextCall } from './view.ts';

export const videoDownloadTool = (services: Services): Tool =>
  defineTool({
    name: 'video_download',
    title: 'Download a video',
    description:
      "Saves a completed job's clip in the workspace, whole and checked, and returns its path. Servers keep clips only for a " +
      'while, so download soon. Repeating it is harmless: nothing is overwritten unless asked.',
    parameters: {
      type: 'object',
      properties: {
        id: { type: 'string', minLength: 1, description: 'Id of a completed job.' },
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
    async handler({ id, variant, name, overwrite = false }, { signal, progress }) {
      await services.workspace.requireWritable();
      const api = await services.api();
      const file = await api.download(id, {
        ...(variant && { variant }),
        ...(name !== undefined && { name }),
        overwrite,
        signal,
        onProgress: (bytes, total) =>
          progress?.({ phase: 'downloading', job_id: id, ...(total && { percent: (100 * bytes) / total }) }),
      });
      return {
        summary: `Saved ${file.path} (${file.bytes} bytes).`,
        data: { files: [file], next_step: nextCall('cdn_upload', { path: file.path }) },
      };
    },
  });
