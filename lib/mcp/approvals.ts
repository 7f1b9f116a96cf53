import { createHash, randomBytes } from 'node:crypto';
import type { InputRequiredResult, Server, ServerContext } from '@modelcontextprotocol/server';
import type { ApprovalRequest, ToolContext } from '../../types/tool.ts';
import type { Sdk } from './sdk.ts';

/** How long a question may stand unanswered. */
const LIFETIME_MS = 10 * 60 * 1_000;
const MOST_OPEN = 1_000;
const ANSWER = 'approval';

const FORM = {
  type: 'object' as const,
  properties: {
    approve: { type: 'boolean' as const, title: 'Approve', description: 'Yes: do it, this once.' },
  },
  required: ['approve'],
};

/** The call that a question is asked for. */
export interface AskingCall {
  session: string;
  tool: string;
  args: unknown;
}

/** What one round of a call may ask, and what came of the round before. */
export interface Ballot {
  approve: NonNullable<ToolContext['approve']>;
  /** The question to hand to the client, if one is left open: the call is made again with its answer. */
  pending(): InputRequiredResult | undefined;
}

export type Approvals = ReturnType<typeof createApprovals>;

/**
 * Questions that wait for a person. An answer holds for the one session, tool, arguments and price that it was asked for
 * (the question's words may change meanwhile, with the state of a job), and once: the client carries nothing but a random ticket, and a ticket is taken away when
 * it is shown.
 */
export function createApprovals({ inputRequired, inputResponse }: Sdk, now: () => number = Date.now) {
  const open = new Map<string, { subject: string; until: number }>();

  const put = (subject: string): string => {
    for (const [ticket, { until }] of open) if (until < now() || open.size >= MOST_OPEN) open.delete(ticket);
    const ticket = randomBytes(32).toString('base64url');
    open.set(ticket, { subject, until: now() + LIFETIME_MS });
    return ticket;
  };
  const take = (ticket: unknown): string | undefined => {
    if (typeof ticket !== 'string') return undefined;
    const question = open.get(ticket);
    open.delete(ticket);
    return question !== undefined && question.until >= now() ? question.subject : undefined;
  };

  return {
    ballot(call: AskingCall, { mcpReq }: Pick<ServerContext, 'mcpReq'>): Ballot {
      let answered = take(mcpReq.requestState());
      const answer = inputResponse(mcpReq.inputResponses, ANSWER);
      const isApproved = answer.kind === 'elicit' && answer.action === 'accept' && answer.content?.approve === true;
      let asked: { request: ApprovalRequest; subject: string } | undefined;
      return {
        async approve(request) {
          const subject = subjectOf(call, request);
          if (answered === subject && answer.kind === 'elicit') {
            answered = undefined;
            return isApproved;
          }
          asked ??= { request, subject };
          return false;
        },
        pending() {
          if (asked === undefined) return undefined;
          const question = inputRequired.elicit({ message: asked.request.question, requestedSchema: FORM });
          return inputRequired({ inputRequests: { [ANSWER]: question }, requestState: put(asked.subject) });
        },
      };
    },
  };
}

/** Can this client put a form before a person? */
export function canAsk(
  { mcpReq }: Pick<ServerContext, 'mcpReq'>,
  server: Server,
  { CLIENT_CAPABILITIES_META_KEY }: Sdk,
): boolean {
  const envelope: Record<string, unknown> = { ...mcpReq.envelope };
  const { elicitation } = Object(envelope[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities());
  return elicitation !== undefined && (Object.keys(elicitation).length === 0 || 'form' in elicitation);
}

function subjectOf({ session, tool, args }: AskingCall, { tool: asking, usd }: ApprovalRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([session, tool, args, asking, usd ?? null]))
    .digest('hex');
}
