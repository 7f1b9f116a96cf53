import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { type ModelMessage, type ToolApprovalResponse, ToolLoopAgent, type ToolSet } from 'ai';
import { refusalReason, toAiSdkTools } from '../../lib/adapters/aiSdk.ts';
import { openRuntime } from '../../lib/runtime.ts';
import { type ChatScript, listenAsModel, puppet } from '../support/chatServer.ts';
import { KEY } from '../support/key.ts';
import type { HostKind } from './host.ts';

/** A model of the SDK's own, before a scripted server. */
export async function openScriptedModel(script: ChatScript) {
  const chat = await listenAsModel(script);
  const provider = createOpenAICompatible({ name: 'scripted', baseURL: chat.baseUrl, apiKey: KEY });
  return { ...chat, model: provider('puppet') };
}

export interface AppOptions {
  signal?: AbortSignal;
  /** Answers an approval request. */
  answer?: (request: {
    question: string | undefined;
    toolName: string;
  }) => Pick<ToolApprovalResponse, 'approved' | 'reason'>;
  onProgress?: () => void;
}

/** Runs an agent to its end as an app does: what has to be approved is put before a person, and the answer is sent back. */
export async function runToEnd<TOOLS extends ToolSet>(
  agent: ToolLoopAgent<never, TOOLS>,
  prompt: string,
  { signal, answer, onProgress }: AppOptions = {},
): Promise<{ text: string; messages: ModelMessage[] }> {
  const messages: ModelMessage[] = [{ role: 'user', content: prompt }];
  for (;;) {
    const result = await agent.stream({ messages, ...(signal && { abortSignal: signal }) });
    const answers: ToolApprovalResponse[] = [];
    for await (const part of result.stream) {
      if (part.type === 'error') throw part.error;
      if (part.type === 'abort') throw new Error('The run was stopped.');
      if (part.type === 'tool-result' && part.preliminary && Object(part.output).data.progress) onProgress?.();
      if (part.type !== 'tool-approval-request' || part.isAutomatic) continue;
      const { approvalId, reason: question, toolCall } = part;
      const { approved = false, reason } = answer?.({ question, toolName: toolCall.toolName }) ?? {};
      answers.push({ type: 'tool-approval-response', approvalId, approved, ...(reason && { reason }) });
    }
    messages.push(...(await result.responseMessages));
    if (answers.length === 0) return { text: await result.text, messages };
    messages.push({ role: 'tool', content: answers });
  }
}

export const aiSdkHost: HostKind = {
  name: 'The AI SDK',
  async open(options, person) {
    const runtime = openRuntime(options);
    const scripted = await openScriptedModel(puppet);
    const { tools, toolApproval } = toAiSdkTools(runtime.tools);
    const agent = new ToolLoopAgent({ model: scripted.model, tools, ...(person && { toolApproval }) });
    return {
      async tools() {
        await runToEnd(agent, '"Nothing."');
        const asked: {
          tools: { function: { name: string; description: string; parameters: Record<string, unknown> } }[];
        } = JSON.parse(scripted.received.at(-1)?.body.toString() ?? '');
        return asked.tools.map((tool) => tool.function);
      },
      async call(tool, input, { signal, onProgress } = {}) {
        const { text, messages } = await runToEnd(agent, JSON.stringify({ tool, input }), {
          ...(signal && { signal }),
          ...(onProgress && { onProgress }),
          answer: ({ question = '', toolName }) =>
            person?.(question) ? { approved: true } : { approved: false, reason: refusalReason(toolName) },
        });
        return { told: JSON.parse(text), isError: isErrorResult(messages) };
      },
      async [Symbol.asyncDispose]() {
        await runtime.close();
        await scripted[Symbol.asyncDispose]();
      },
    };
  },
};

/** Is the last result marked as an error, or as refused? */
function isErrorResult(messages: readonly ModelMessage[]): boolean {
  const parts = messages.flatMap((message) => (message.role === 'tool' ? message.content : []));
  const last = parts.findLast((part) => part.type === 'tool-result');
  return last?.type === 'tool-result' && /^(error|execution-denied)/.test(last.output.type);
}
