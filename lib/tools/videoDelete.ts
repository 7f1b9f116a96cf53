import type { Tool, ToolContext } from '../../types/tool.ts';
import type { Video } from '../../types/video.ts';
import { isFinal } from '../api/parse.ts';
import { VideoToolsetError } from '../errors.ts';
import { type Deletion, deleteQuestion, requireDeleteApproval } from './approval.ts';
import { jobIdOf, whereUsable } from './clips.ts';
import type { Services } from './services.ts';
import { defineTool } from './tool.ts';
import { jobView } from './view.ts';

/** What a delete means for a job that had not ended, by what is known of the server. */
const STILL_RUNNING = {
  yes: ' It was not finished, and is stopped.',
  no: ' It was not finished: this server goes on with it all the same, and may bill it.',
  unknown: ' It was not finished: whether this stopped it, and what is billed, is not known of this server.',
} as const;

export const videoDeleteTool = (services: Services): Tool =>
  defineTool({
    name: 'video_delete',
    title: 'Delete a video',
    description:
      'Deletes a job and its clip from the server for good; saved and published files stay. Only when the user asked for it; a ' +
      'person is asked first.',
    parameters: {
      type: 'object',
      properties: { id: { type: 'string', minLength: 1, description: 'Job id, or key of a clip (clip-…).' } },
      required: ['id'],
      additionalProperties: false,
    },
    annotations: {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: true,
      costsMoney: false,
    },
    async handler({ id: idOrKey }, context) {
      const video = await jobToDelete(idOrKey, services, context);
      const { id } = video;
      const api = await services.api();
      await requireDeleteApproval(deletionOf(video), services, context);
      const isDeleted = await api.delete(id, { signal: context.signal });
      if (!isDeleted)
        throw new VideoToolsetError('server_error', `The server did not delete ${id}.`, {
          retryable: true,
          job_id: id,
        });
      await noteDeleted(id, services);
      const still = isFinal(video.status) ? '' : STILL_RUNNING[api.profile.deleteStops];
      return { summary: `Job ${id} and its clip were deleted from the server.${still}`, data: { deleted: [id] } };
    },
    question: async ({ id }, context) => deleteQuestion(deletionOf(await jobToDelete(id, services, context)), services),
  });

async function jobToDelete(idOrKey: string, services: Services, { signal }: ToolContext): Promise<Video> {
  const id = await jobIdOf(idOrKey, services);
  const video = await (await services.api()).retrieve(id, { signal });
  return { ...video, id };
}

function deletionOf(video: Video): Deletion {
  const { id, status } = video;
  const prompt = video.prompt ? `, "${jobView(video).prompt}"` : '';
  const question = `Delete job ${id} (${status}${prompt}) for good?`;
  return { tool: 'video_delete', question, subject: `Job ${id}`, job_id: id };
}

/** A job that was deleted on purpose is not made anew. */
async function noteDeleted(id: string, services: Services): Promise<void> {
  await whereUsable(async () => {
    const ledger = await services.ledger();
    const clip = await ledger.byJob(services.server, id);
    if (clip?.state !== 'known' && clip?.state !== 'done' && clip?.state !== 'gone') return;
    await ledger.move(clip, 'failed', { error: { code: 'deleted', message: 'Its job was deleted.' } });
  });
}
