import type { Config } from '../../types/config.ts';
import type { Price } from '../../types/ledger.ts';
import type { ApprovalRequest, ToolContext } from '../../types/tool.ts';
import type { PreparedJob } from '../api/prepare.ts';
import { VideoToolsetError } from '../errors.ts';

/** What a person is asked before a clip that costs more than was agreed, or whose price nobody knows. */
export function priceQuestion(
  { usd, seconds, isFree }: Price,
  { operation, wire }: PreparedJob,
  { approveAboveUsd }: Pick<Config, 'approveAboveUsd'>,
): ApprovalRequest | undefined {
  if (isFree || approveAboveUsd === undefined || (usd !== undefined && usd <= approveAboveUsd)) return undefined;
  const length = seconds === undefined ? '' : ` of ${seconds} seconds`;
  const prompt = String(wire.fields.prompt).slice(0, 120);
  const question = `Make a clip${length} ${costOf(usd)}: "${prompt}"?`;
  return { tool: `video_${operation}`, question, ...(usd !== undefined && { usd }) };
}

/**
 * Asks a person, where there is something to ask.
 * @throws VideoToolsetError `not_approved`, also where nobody can be asked
 */
export async function requireApproval(
  price: Price,
  job: PreparedJob,
  config: Pick<Config, 'approveAboveUsd'>,
  approve: ToolContext['approve'],
): Promise<void> {
  const request = priceQuestion(price, job, config);
  if (request === undefined) return;
  const isApproved = await approve?.(request);
  if (isApproved === true) return;
  const reason = isApproved === undefined ? 'nobody can be asked here' : 'it was refused';
  throw new VideoToolsetError(
    'not_approved',
    `The clip was not made: ${costOf(price.usd)} it needs a person's approval (VIDEO_APPROVE_USD is ${config.approveAboveUsd}), and ${reason}. Nothing was sent.`,
    { next_step: 'Tell the user what it would cost, and that it was not made.' },
  );
}

function costOf(usd: number | undefined): string {
  return usd === undefined ? 'at a price that is not known' : `for about $${usd.toFixed(2)}`;
}
