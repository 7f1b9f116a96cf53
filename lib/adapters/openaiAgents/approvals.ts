import type { RunContext, RunToolApprovalItem } from '@openai/agents';
import type { ApprovalRequest, Tool, ToolContext } from '../../../types/tool.ts';
import { VideoToolsetError } from '../../errors.ts';
import { refusedResult } from '../../tools/refused.ts';
import { questionOf, resultText } from '../../tools/run.ts';

interface Asked {
  request: ApprovalRequest;
  /** Or by another program, which has written the run down. */
  isOfThisProgram: boolean;
}

/** What the calls of a run were asked about, until they are made. */
const asked = new WeakMap<RunContext, Map<string, Asked>>();
/** By its function, which copies of a tool share. */
const origins = new WeakMap<object, { tool: Tool; context: ToolContext }>();

export function keepTool({ invoke }: { invoke: object }, tool: Tool, context: ToolContext): void {
  origins.set(invoke, { tool, context });
}

/** Does a person have to say yes before this call? The SDK then interrupts the run. */
export async function asksFirst(
  tool: Tool,
  input: unknown,
  context: ToolContext,
  runContext: RunContext,
  callId = '',
): Promise<boolean> {
  const request = await questionOf(tool, input, context);
  if (request === undefined) return false;
  const ofThisRun = asked.get(runContext) ?? new Map<string, Asked>();
  const isNew = runContext.isToolApproved({ toolName: tool.name, callId }) === undefined;
  const isOfThisProgram = isNew || ofThisRun.get(callId)?.isOfThisProgram === true;
  asked.set(runContext, ofThisRun.set(callId, { request, isOfThisProgram }));
  return true;
}

/** A run that was written down with its answers may be taken up more than once: each time its calls find the same clips. */
export function sessionOf(runContext: RunContext | undefined, callId = ''): Pick<ToolContext, 'session'> {
  const known = runContext && asked.get(runContext)?.get(callId);
  return known === undefined || known.isOfThisProgram ? {} : { session: `approval ${callId}` };
}

/**
 * The answer that was given to the interruption of a call. A yes holds for that call, whose arguments the SDK compares, and
 * for the price that was asked about, once.
 */
export function answerTo(
  tool: Tool,
  runContext: RunContext | undefined,
  callId = '',
): NonNullable<ToolContext['approve']> {
  return async ({ tool: asking, usd }) => {
    const ofThisRun = runContext && asked.get(runContext);
    const question = ofThisRun?.get(callId)?.request;
    ofThisRun?.delete(callId);
    if (question?.tool !== asking || question.usd !== usd) throw notAsked(tool);
    return runContext?.isToolApproved({ toolName: tool.name, callId }) === true;
  };
}

/**
 * What a person is asked by an interruption of a run; undefined where it is not about a tool of ours, or about a call that
 * asks nothing.
 * @example const { question } = (await questionFor(interruption)) ?? {};
 */
export async function questionFor(interruption: RunToolApprovalItem): Promise<ApprovalRequest | undefined> {
  const { agent, name, arguments: input } = interruption;
  const called = agent.tools.find((candidate) => candidate.name === name);
  const origin = called !== undefined && 'invoke' in called ? origins.get(called.invoke) : undefined;
  return origin && (await questionOf(origin.tool, input, origin.context));
}

/**
 * What the model is told of a call that is not let through.
 * @example result.state.reject(interruption, refusalFor(interruption))
 */
export function refusalFor({ name = 'The call' }: RunToolApprovalItem): { message: string } {
  return { message: resultText(refusedResult(name)) };
}

function notAsked({ name }: Tool): VideoToolsetError {
  return new VideoToolsetError(
    'not_approved',
    `${name} was not carried out: it needs a person's approval, and nobody was asked about this very call and its price. Nothing was sent.`,
    { next_step: 'Tell the user that it was not done; an approval once for all calls of a tool is none for a price.' },
  );
}
