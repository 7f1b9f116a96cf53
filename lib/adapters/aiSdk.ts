import type { SingleToolApprovalFunction, ToolSet } from 'ai';
import type { Tool, ToolContext } from '../../types/tool.ts';
import { questionOf, runTool } from '../tools/run.ts';
import { createBallots } from './aiSdk/ballots.ts';
import { inputSchema } from './aiSdk/inputSchema.ts';
import { toModelOutput } from './aiSdk/modelOutput.ts';
import { withProgress } from './aiSdk/progress.ts';

export { openModel as openAgentModel } from '../host/models.ts';
export { refusalReason } from './aiSdk/modelOutput.ts';
export { createVideoModel, type VideoModel, type VideoModelOptions } from './aiSdkVideoModel.ts';

export interface AiSdkToolsOptions {
  /** Within which a finished clip is found again; best the conversation's id. @default one for the toolset */
  session?: string;
  /** Asks a person during a call, where the SDK's approval holds no yes for it. @default nobody */
  approve?: NonNullable<ToolContext['approve']>;
  /** The longest a call may wait, in milliseconds. @default the configuration's */
  waitLimitMs?: number;
  /** Has models held to the schema by their server, as OpenAI's strict functions are; Anthropic's take no such schema. @default false */
  strict?: boolean;
}

/** For `generateText`, `streamText` and `ToolLoopAgent`: both go into the same call. */
export interface AiSdkTools {
  tools: ToolSet;
  /** Says of each call whether a person has to be asked, and with which words. */
  toolApproval: Record<string, SingleToolApprovalFunction<unknown, unknown, unknown>>;
}

/**
 * Tools as the AI SDK takes them. A call shows its progress as preliminary results; the model is told the last one.
 * @example streamText({ model, messages, ...toAiSdkTools(runtime.tools, { session: chatId }) })
 */
export function toAiSdkTools(tools: readonly Tool[], options: AiSdkToolsOptions = {}): AiSdkTools {
  const { strict = false, approve, ...context } = options;
  const ballots = createBallots(approve);
  const entries = tools.map((tool) => {
    const { name, title, description, parameters } = tool;
    const execute: ToolSet[string]['execute'] = (input, { toolCallId, messages, abortSignal: signal }) =>
      withProgress((progress) => {
        const ballot = ballots.ballot(tool, toolCallId, messages);
        return runTool(tool, input, { ...ballot, ...context, progress, ...(signal && { signal }) });
      });
    const schema = inputSchema(parameters, strict);
    return [
      name,
      { type: 'dynamic', title, description, strict, inputSchema: schema, execute, toModelOutput },
    ] as const;
  });
  const approvals = tools
    .filter(({ question }) => question !== undefined)
    .map((tool) => {
      const needed: SingleToolApprovalFunction<unknown, unknown, unknown> = async (input, { toolCallId, messages }) => {
        const request = await questionOf(tool, input, context);
        if (request !== undefined) ballots.noteAsked(toolCallId, messages);
        return request && { type: 'user-approval', reason: request.question };
      };
      return [tool.name, needed] as const;
    });
  return { tools: Object.fromEntries(entries), toolApproval: Object.fromEntries(approvals) };
}
