import type { ModelMessage } from 'ai';
import type { Tool, ToolContext } from '../../../types/tool.ts';

type Approve = NonNullable<ToolContext['approve']>;

/**
 * What a person said to the SDK's approval requests. A yes holds for the one call that was shown, and once: it stands in
 * the last message, which no model writes, beside no result of that call. Of a call that costs money the words must be the
 * same again, for they name the price.
 * @param ask asks a person where the SDK's messages hold no yes
 */
export function createBallots(ask: Approve | undefined) {
  const used = new Set<string>();
  const asked = new Set<string>();
  return {
    /** The SDK wants to know whether a person is to be asked; it asks once more when the answer is there. */
    noteAsked(toolCallId: string, messages: readonly ModelMessage[]): void {
      if (yesTo(toolCallId, messages) === undefined) asked.add(toolCallId);
    },

    ballot(
      tool: Tool,
      toolCallId: string,
      messages: readonly ModelMessage[],
    ): Pick<ToolContext, 'approve' | 'session'> {
      const yes = yesTo(toolCallId, messages);
      if (yes === undefined) return ask === undefined ? {} : { approve: ask };
      return {
        // A yes that was given elsewhere may be sent to a third place, too: there its clip is found.
        ...(!asked.has(toolCallId) && { session: `approval ${yes.id}` }),
        async approve(request) {
          const isMeant = !tool.annotations.costsMoney || yes.question === request.question;
          if (!isMeant || used.has(yes.id)) return (await ask?.(request)) ?? false;
          used.add(yes.id);
          return true;
        },
      };
    },
  };
}

interface Yes {
  /** Of the approval. */
  id: string;
  /** As it was shown. */
  question: string | undefined;
}

/** The SDK executes an approved call on the messages whose last one approves it. */
function yesTo(toolCallId: string, messages: readonly ModelMessage[]): Yes | undefined {
  const last = messages.at(-1);
  if (last?.role !== 'tool') return undefined;
  const isDone = last.content.some((part) => part.type === 'tool-result' && part.toolCallId === toolCallId);
  if (isDone) return undefined;
  const request = messages
    .flatMap((message) => (message.role === 'assistant' && typeof message.content !== 'string' ? message.content : []))
    .findLast((part) => part.type === 'tool-approval-request' && part.toolCallId === toolCallId);
  if (request?.type !== 'tool-approval-request' || request.isAutomatic === true) return undefined;
  const { approvalId: id, reason: question } = request;
  const answer = last.content.find((part) => part.type === 'tool-approval-response' && part.approvalId === id);
  return answer?.type === 'tool-approval-response' && answer.approved ? { id, question } : undefined;
}
