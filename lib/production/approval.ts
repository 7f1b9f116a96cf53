import type { Config } from '../../types/config.ts';
import type { Price } from '../../types/ledger.ts';
import type { ToolContext } from '../../types/tool.ts';
import type { PreparedJob } from '../api/prepare.ts';
import { VideoToolsetError } from '../errors.ts';

/**
 * Asks a person before a clip that costs more than was agreed, or whose price nobody knows.
 * @throws VideoToolsetError `not_approved`, also where nobody can be asked
 */
export async function requireApproval(
  { usd, seconds, isFree }: Price,
  { operation, wire }: PreparedJob,
  { approveAboveUsd }: Pick<Config, 'approveAboveUsd'>,
  approve: ToolContext['approve'],
): Promise<void> {
  if (isFree || approveAboveUsd === undefined || (usd !== undefined && usd <= approveAboveUsd)) return;
  const cost = usd === undefined ? 'at a price that is not known' : `for about $${usd.toFixed(2)}`;
  const length = seconds === undefined ? '' : ` of ${seconds} seconds`;
  const prompt = String(wire.fields.prompt).slice(0, 120);
  const question = `Make a clip${length} ${cost}: "${prompt}"?`;
  const isApproved = await approve?.({ tool: `video_${operation}`, question, ...(usd !== undefined && { usd }) });
  if (isApproved === true) return;
  const reason = isApproved === undefined ? 'nobody can be asked here' : 'it was refused';
  throw new VideoToolsetError(
    'not_approved',
    `The clip was not made: ${cost} it needs a person's approval (VIDEO_APPROVE_USD is ${approveAboveUsd}), and ${reason}. Nothing was sent.`,
    { next_step: 'Tell the user what it would cost, and that it was not made.' },
  );
}
