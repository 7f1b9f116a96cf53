import type { Clip } from '../../types/ledger.ts';
import type { ApprovalRequest, ToolAnnotations, ToolContext, ToolResult } from '../../types/tool.ts';
import type { JobRequest } from '../../types/video.ts';
import { produce } from '../production/produce.ts';
import { intend, questionBefore, send, type Wish } from '../production/submit.ts';
import { clipView } from './clips.ts';
import { notMade } from './notMade.ts';
import type { Services } from './services.ts';
import { nextCall } from './view.ts';

/** Of a tool that makes a job. */
export const MAKES_A_JOB: ToolAnnotations = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: true,
  costsMoney: true,
};

export const VARIATION = {
  type: 'integer',
  minimum: 1,
  maximum: 1_000,
  description: '2, 3, …: another take of the same request, paid anew.',
} as const;

/** Makes the job that is asked for, through the ledger; one that was sent before is found again, and nothing is sent. */
export async function makeJob(
  request: JobRequest,
  variation: number | undefined,
  services: Services,
  context: ToolContext,
): Promise<ToolResult> {
  await services.workspace.requireWritable();
  const intention = await intend(wishOf(request, variation), services, context);
  if (!intention.isNew && intention.clip.state === 'intended') return await takenUp(intention.clip, services, context);
  if (!intention.isNew) return await foundAgain(intention.clip, services, context);
  const { clip, job, price } = intention;
  const { clip: sent, video } = await send(clip, job, price, services, context);
  return {
    summary: [`Job ${video.id} was made and is ${video.status}.`, ...(video.notices ?? [])].join(' '),
    data: { jobs: [clipView(sent, video)], next_step: nextCall('video_wait', { ids: [video.id] }) },
  };
}

/** What a person is asked before that job is made. */
export function jobQuestion(
  request: JobRequest,
  variation: number | undefined,
  services: Services,
  context: ToolContext,
): Promise<ApprovalRequest | undefined> {
  return questionBefore(wishOf(request, variation), services, context);
}

function wishOf(request: JobRequest, variation: number | undefined): Wish {
  return { request, goal: 'job', ...(variation && { variation }) };
}

/** The same clip was wanted before and is not sent yet: by another process in this moment, or by nobody, such as one that was killed. */
async function takenUp({ key }: Clip, services: Services, context: ToolContext): Promise<ToolResult> {
  const limitMs = context.waitLimitMs ?? services.config.waitLimitMs;
  const isSent = ({ state }: Clip) => state !== 'intended';
  const { clip } = await produce(key, services, { ...context, limitMs }, isSent);
  if (clip.state !== 'known') return await foundAgain(clip, services, context);
  return {
    summary: `The same clip was wanted before (${key}); it is made by job ${clip.jobId}, and is paid for once.`,
    data: { jobs: [clipView(clip)], next_step: nextCall('video_wait', { ids: [clip.jobId ?? key] }) },
  };
}

/** The same clip was wanted before: nothing was sent, and where it stands is told. */
async function foundAgain(clip: Clip, services: Services, { signal }: ToolContext): Promise<ToolResult> {
  const { key, jobId, published } = clip;
  const another = `Nothing was sent; another take is made with variation ${clip.variation + 1}.`;
  if (published !== undefined) {
    return {
      summary: `The same clip was made before and is published at ${published.url}. ${another}`,
      data: { jobs: [clipView(clip)], published: [published] },
    };
  }
  // Another take would only hide that a person has to decide.
  if (clip.state === 'unknown') throw notMade(clip);
  const api = await services.api();
  const video =
    jobId === undefined
      ? undefined
      : await api.retrieve(jobId, { signal }).catch((error) => {
          throw clip.state === 'gone' ? notMade(clip) : error;
        });
  const state = video === undefined ? `is ${clip.state}` : `is made by job ${video.id}, which is ${video.status}`;
  return {
    summary: `The same clip was wanted before (${key}) and ${state}. ${another}`,
    data: { jobs: [clipView(clip, video)], next_step: nextCall('video_wait', { ids: [jobId ?? key] }) },
  };
}
