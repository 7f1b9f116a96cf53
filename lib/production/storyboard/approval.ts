import type { Config } from '../../../types/config.ts';
import type { ApprovalRequest, ToolContext } from '../../../types/tool.ts';
import { VideoToolsetError } from '../../errors.ts';
import type { Estimate } from './estimate.ts';
import { estimateText } from './estimateText.ts';

type Limits = Pick<Config, 'approveAboveUsd'>;

/** What a person is asked once for all shots, where they cost more than was agreed, or nobody knows what. */
export function boardQuestion(
  title: string,
  wanted: Estimate,
  { approveAboveUsd }: Limits,
): ApprovalRequest | undefined {
  const { shots, usd, isFree } = wanted;
  if (shots === 0 || isFree || approveAboveUsd === undefined || (usd !== undefined && usd <= approveAboveUsd))
    return undefined;
  const question = `Make the storyboard "${title}": ${estimateText(wanted)}?`;
  return { tool: 'storyboard_produce', question, ...(usd !== undefined && { usd }) };
}

/**
 * Asks a person, where there is something to ask.
 * @throws VideoToolsetError `not_approved`, also where nobody can be asked
 */
export async function requireBoardApproval(
  title: string,
  wanted: Estimate,
  config: Limits,
  approve: ToolContext['approve'],
): Promise<void> {
  const request = boardQuestion(title, wanted, config);
  if (request === undefined) return;
  const isApproved = await approve?.(request);
  if (isApproved === true) return;
  const reason = isApproved === undefined ? 'nobody can be asked here' : 'it was refused';
  throw new VideoToolsetError(
    'not_approved',
    `The storyboard was not made. It needs a person's approval (VIDEO_APPROVE_USD is ${config.approveAboveUsd}): ` +
      `${estimateText(wanted)}; ${reason}. Nothing was sent.`,
    { next_step: 'Tell the user what it would cost, and that it was not made.' },
  );
}
