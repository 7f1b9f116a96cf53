import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { ModelMessage, ToolSet as ModelTools } from 'ai';
import type { AgentEvent, AgentResult } from '../../types/agent.ts';
import type { ErrorReport } from '../../types/error.ts';
import type { ToolContext } from '../../types/tool.ts';
import { VideoToolsetError } from '../errors.ts';
import { redact } from '../log.ts';
import { collect, emptyResult } from './agentResult.ts';
import { type OpenCall, withOpenCalls } from './openCalls.ts';
import { type AgentPrompt, loadPrompt } from './prompt.ts';
import type { Session, Sessions } from './sessions.ts';
import type { ToolSet } from './ToolSet.ts';

/** How long a stopped run waits for what its calls have to say. */
const LAST_WORD_MS = 4_000;

export interface AgentLauncherOptions {
  toolset: ToolSet;
  sessions: Sessions;
  model: LanguageModelV4;
  /** How the model is named in results. @default provider and id of the model */
  modelName?: string;
  /** Where `<name>.prompt.md` lies. @default the package's own `agents` folder */
  agentsFolder?: string;
  /** Values that no message may show. */
  secrets?: readonly string[];
}

export interface AgentRunOptions {
  /** Goes on with a session; its messages grow. @default a new session */
  session?: Session;
  signal?: AbortSignal;
  /** Asks the model's server for a stream. @default true */
  stream?: boolean;
  onEvent?: (event: AgentEvent) => void;
  /** What tools are given, besides signal and progress. */
  toolContext?: Pick<ToolContext, 'approve' | 'session' | 'waitLimitMs'>;
}

/** Runs prompt-driven agents: a prompt file, a set of tools, a model, and the loop of the AI SDK over them. */
export class AgentLauncher {
  readonly #options: AgentLauncherOptions;

  constructor(options: AgentLauncherOptions) {
    this.#options = options;
  }

  /**
   * One turn of a conversation: the request, all tool calls that follow from it, the answer. The session is saved before
   * every model turn, so that a killed run loses no job id.
   *
   * @returns also after a failure or an abort, with what was reached until then and the `error`
   * @throws VideoToolsetError `file_not_found` or `invalid_configuration` for the agent's prompt, `unknown_tool` for its tools
   */
  async run(agent: string, request: string, options: AgentRunOptions = {}): Promise<AgentResult> {
    const { sessions, model, modelName = `${model.provider}/${model.modelId}` } = this.#options;
    const prompt = await this.load(agent);
    const { session = sessions.start(agent), signal, stream = true, onEvent } = options;
    const reached = emptyResult(modelName, session.id);
    const history: ModelMessage[] = [...session.messages, { role: 'user', content: request }];
    const keep = (messages: readonly ModelMessage[]) => {
      session.messages = [...messages];
      return sessions.save(session);
    };
    let sent = history;
    const calls: OpenCall[] = [];
    const results = new Map<string, string>();
    const keepCalls = () => keep(withOpenCalls(sent, calls, results));
    const running = new Set<Promise<unknown>>();
    const note: NoteCall = {
      running(call) {
        running.add(call);
        call.finally(() => running.delete(call)).catch(() => undefined);
      },
      async begun(call) {
        calls.push(call);
        await keepCalls();
      },
      async ended(id, result) {
        results.set(id, result);
        await keepCalls();
      },
    };
    const tools = await this.#modelTools(prompt, reached, { ...options, session }, note);
    try {
      const { ToolLoopAgent, isStepCount } = await import('ai');
      const loop = new ToolLoopAgent({
        model,
        instructions: prompt.instructions,
        tools,
        // The error is a part of the stream too; by itself the SDK prints it, unmasked, on stderr.
        onError: () => undefined,
        stopWhen: isStepCount(prompt.max_steps),
        prepareStep: async ({ messages }) => {
          sent = [...messages];
          calls.length = 0;
          await keep(sent);
          return {};
        },
      });
      const call = { messages: history, ...(signal && { abortSignal: signal }) };
      const answer = stream
        ? await streamed(await loop.stream(call), onEvent)
        : await whole(await loop.generate(call), onEvent);
      await keep([...history, ...answer.responseMessages]);
      reached.text = answer.text;
      reached.tool_calls.push(...answer.unknownTools.map((name) => ({ name, ok: false, ms: 0 })));
      if (answer.finishReason === 'tool-calls') throw stepLimit(prompt);
    } catch (error) {
      // What was stopped says where its job stands.
      await Promise.race([Promise.allSettled(running), sleep(LAST_WORD_MS, undefined, { ref: false })]);
      const isOpen = calls.some(({ id }) => !results.has(id));
      reached.error = this.#report(error, signal, reached, isOpen);
    }
    return reached;
  }

  load(agent: string): Promise<AgentPrompt> {
    const { agentsFolder = fileURLToPath(new URL('../../agents/', import.meta.url)) } = this.#options;
    return loadPrompt(path.join(agentsFolder, `${path.basename(agent)}.prompt.md`));
  }

  async #modelTools(
    prompt: AgentPrompt,
    reached: AgentResult,
    options: AgentRunOptions & { session: Session },
    note: NoteCall,
  ): Promise<ModelTools> {
    const { dynamicTool, jsonSchema } = await import('ai');
    const toolset = this.#options.toolset.pick(prompt.tools);
    const { onEvent, session, signal, toolContext } = options;
    const entries = toolset.definitions().map(({ name, description, parameters }) => {
      const run = async (input: unknown, toolCallId: string): Promise<string> => {
        await note.begun({ id: toolCallId, name, input });
        onEvent?.({ type: 'tool-start', name });
        const started = performance.now();
        const result = await toolset.call(name, input, {
          session: session.id,
          ...toolContext,
          ...(signal && { signal }),
          progress: (report) => onEvent?.({ type: 'tool-progress', name, report }),
        });
        const ms = Math.round(performance.now() - started);
        const ok = result.isError !== true;
        collect(reached, result);
        const { error } = result.data;
        reached.tool_calls.push({ name, ok, ms, ...(error && { code: error.code }) });
        onEvent?.({ type: 'tool-end', name, ok, summary: result.summary, ms });
        const told = JSON.stringify({ summary: result.summary, ...result.data });
        await note.ended(toolCallId, told);
        return told;
      };
      const execute = (input: unknown, { toolCallId }: { toolCallId: string }) => {
        const call = run(input, toolCallId);
        note.running(call);
        return call;
      };
      return [name, dynamicTool({ description, inputSchema: jsonSchema(parameters), execute })] as const;
    });
    return Object.fromEntries(entries);
  }

  #report(error: unknown, signal: AbortSignal | undefined, { jobs }: AgentResult, isOpen: boolean): ErrorReport {
    if (signal?.aborted && isOpen && jobs.length === 0)
      return new VideoToolsetError('aborted', 'Stopped during a call whose outcome is not known yet.', {
        cause: error,
        submitted: 'unknown',
        next_step: 'Go on with the session: a clip that was asked for is found, and is not paid for twice.',
      }).report();
    if (signal?.aborted)
      return new VideoToolsetError('aborted', 'Stopped. Jobs that were made were left alone.', {
        cause: error,
      }).report();
    if (error instanceof VideoToolsetError) return error.report();
    const message = redact(error instanceof Error ? error.message : String(error), this.#options.secrets);
    return new VideoToolsetError('model_failed', `The agent's model could not be used: ${message}`, {
      cause: error,
      retryable: true,
      next_step:
        'Check AGENT_MODEL, AGENT_BASE_URL and the key, or leave them unset to use the offline model; jobs that were made go on.',
    }).report();
  }
}

/** Told before and after every tool call, so that a killed run loses none. */
interface NoteCall {
  running(call: Promise<unknown>): void;
  begun(call: OpenCall): Promise<void>;
  ended(id: string, result: string): Promise<void>;
}

interface Answer {
  text: string;
  finishReason: string;
  responseMessages: ModelMessage[];
  /** Tools that the model called although it has none of that name. */
  unknownTools: string[];
}

type Loop = InstanceType<typeof import('ai').ToolLoopAgent>;
type Generated = Awaited<ReturnType<Loop['generate']>>;
type Streamed = Awaited<ReturnType<Loop['stream']>>;

async function whole(result: Generated, onEvent: AgentRunOptions['onEvent']): Promise<Answer> {
  if (result.text !== '') onEvent?.({ type: 'text', text: result.text });
  const { text, finishReason, responseMessages } = result;
  return { text, finishReason, responseMessages, unknownTools: failedCalls(result.steps) };
}

async function streamed(result: Streamed, onEvent: AgentRunOptions['onEvent']): Promise<Answer> {
  for await (const part of result.stream) {
    if (part.type === 'text-delta') onEvent?.({ type: 'text', text: part.text });
    if (part.type === 'error') throw part.error;
    if (part.type === 'abort') throw new VideoToolsetError('aborted', 'Stopped before it was done.');
  }
  return {
    text: await result.text,
    finishReason: await result.finishReason,
    responseMessages: await result.responseMessages,
    unknownTools: failedCalls(await result.steps),
  };
}

/** Our own tools never throw, so what the loop itself reports as an error is a call of a tool that is not there. */
function failedCalls(steps: Generated['steps']): string[] {
  return steps.flatMap((step) => step.content.flatMap((part) => (part.type === 'tool-error' ? [part.toolName] : [])));
}

function stepLimit({ name, max_steps }: AgentPrompt): VideoToolsetError {
  return new VideoToolsetError(
    'step_limit',
    `${name} was stopped after ${max_steps} model turns without a final answer.`,
    {
      next_step: 'Look at the jobs it made (video_list), then resume the session with a smaller request.',
    },
  );
}
