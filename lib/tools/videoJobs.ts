import type { JobView, Tool, ToolResult } from '../../types/tool.ts';
import { clipOf, clipView, note } from './clips.ts';
import type { Services } from './services.ts';
import { stateOfClip, states, stepAfter, viewOf } from './states.ts';
import { defineTool, READS } from './tool.ts';
import { jobView, nextCall } from './view.ts';

export const videoRetrieveTool = (services: Services): Tool =>
  defineTool({
    name: 'video_retrieve',
    title: 'Look at a video job',
    description: 'Returns the present state of one job, at once. To wait for its end use video_wait. Costs nothing.',
    parameters: {
      type: 'object',
      properties: { id: { type: 'string', minLength: 1, description: 'Job id, or key of a clip (clip-…).' } },
      required: ['id'],
      additionalProperties: false,
    },
    annotations: READS,
    async handler({ id }, { signal }) {
      const clip = await clipOf(id, services);
      if (clip !== undefined && clip.jobId === undefined) {
        return resultOf(stateOfClip(clip), [clipView(clip)], stepAfter([], services, { open: [clip] }));
      }
      const video = await (await services.api()).retrieve(clip?.jobId ?? id, { signal });
      const noted = await note(video, services);
      return resultOf(states([video]), [viewOf(video, noted)], stepAfter([video], services, { noted: [noted] }));
    },
  });

export const videoListTool = (services: Services): Tool =>
  defineTool({
    name: 'video_list',
    title: 'List video jobs',
    description:
      "Lists the server's jobs, newest first, page by page. Use it to find a job whose id was lost. Costs nothing.",
    parameters: {
      type: 'object',
      properties: {
        limit: { type: 'integer', minimum: 1, maximum: 100, description: 'Jobs a page; 20 if left out.' },
        after: { type: 'string', minLength: 1, description: 'The last job id of the page before.' },
        order: { type: 'string', enum: ['asc', 'desc'], description: 'By time of creation; desc if left out.' },
      },
      required: [],
      additionalProperties: false,
    },
    annotations: READS,
    async handler({ limit = 20, after, order }, { signal }) {
      const api = await services.api();
      const page = await api.list(
        { limit, ...(after !== undefined && { after }), ...(order && { order }) },
        { signal },
      );
      const mayHaveMore = page.has_more ?? page.data.length >= limit;
      return {
        summary: page.data.length === 0 ? 'There are no jobs on this page.' : states(page.data),
        data: {
          jobs: page.data.map(jobView),
          ...(mayHaveMore &&
            page.last_id && {
              next_step: nextCall('video_list', { limit, after: page.last_id, ...(order && { order }) }),
            }),
        },
      };
    },
  });

function resultOf(summary: string, jobs: JobView[], next_step: string | undefined): ToolResult {
  return { summary, data: { jobs, ...(next_step !== undefined && { next_step }) } };
}
