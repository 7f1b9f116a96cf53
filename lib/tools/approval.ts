import type { ApprovalRequest, ToolContext } from '../../types/tool.ts';
import { VideoToolsetError } from '../errors.ts';
import type { Services } from './services.ts';

export interface Deletion extends ApprovalRequest {
  /** Begins the sentence that says what was not deleted. */
  subject: string;
  job_id?: string;
}

/** What a person is asked before a delete, unless it was settled that nobody is asked. */
export function deleteQuestion(
  { subject: _subject, job_id: _id, ...request }: Deletion,
  { config }: Services,
): ApprovalRequest | undefined {
  return config.approveDelete === 'no' ? undefined : request;
}

/** Asks a person, where there is something to ask. @throws VideoToolsetError `not_approved` */
export async function requireDeleteApproval(
  deletion: Deletion,
  services: Services,
  { approve }: ToolContext,
): Promise<void> {
  const request = deleteQuestion(deletion, services);
  if (request === undefined) return;
  const { subject, job_id } = deletion;
  const isApproved = await approve?.(request);
  if (isApproved === true) return;
  const reason = isApproved === undefined ? 'nobody can be asked here' : 'it was refused';
  throw new VideoToolsetError(
    'not_approved',
    `${subject} was not deleted: a delete needs a person's approval, and ${reason}.`,
    {
      ...(job_id !== undefined && { job_id }),
      next_step: 'Leave it as it is, and tell the user that it was not deleted.',
    },
  );
}
