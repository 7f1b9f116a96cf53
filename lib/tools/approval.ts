import type { ApprovalRequest, ToolContext } from '../../types/tool.ts';
import { VideoToolsetError } from '../errors.ts';
import type { Services } from './services.ts';

interface Deletion extends ApprovalRequest {
  /** Begins the sentence that says what was not deleted. */
  subject: string;
  job_id?: string;
}

/** Asks a person, unless it was settled that nobody is asked. @throws VideoToolsetError `not_approved` */
export async function requireDeleteApproval(
  { subject, job_id, ...request }: Deletion,
  { config }: Services,
  { approve }: ToolContext,
): Promise<void> {
  if (config.approveDelete === 'no') return;
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
