import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import type { ModelMessage } from 'ai';
import type { AgentEvent, AgentResult, Cost } from '../../types/agent.ts';
import type { JobView, ToolContext } from '../../types/tool.ts';
import { VideoToolsetError } from '../errors.ts';
import { addUsage, emptyResult } from './agentResult.ts';
import { cutShort, failedCall, leaveUnclear, reportOf, saidNothing, stepLimit } from './endOfRun.ts';
import { HAND_OFF, type HandOffAgent, handOffToolset } from './handOffToolset.ts';
import { streamed, whole } from './modelLoop.ts';
import { modelTools } from './modelTools.ts';
import { createOpenCalls } from './openCalls.ts';
import type { AgentPrompt } from './prompt.ts';
import { openPrompts, type Prompts } from './prompts.ts';
import type { Session, Sessions } from './sessions.ts';
import { ToolSet } from './ToolSet.ts';

/** How long a stopped run waits for what its calls have to say. */
const LAST_WORD_MS = 4_000;
/** Ends of an answer that is not all that the model had to say. */
const CUT_SHORT = ['length', 'content-filter', 'error'];
/** Who looks at what there is has mended nothing. */
const LOOKS = ['video_list', 'video_retrieve', 'video_character_retrieve', 'cdn_list', 'storyboard_status'];
const OWN_AGENTS = fileURLToPath(new URL('../../agents/', import.meta.url));

export interface AgentLauncherOptions {
  /** What the agents' prompts may name, besides `hand_off_<agent>` for every agent there is. */
  toolset: ToolSet;
  sessions: Sessions;
  model: LanguageModelV4;
  /** How the model is named in results. @default provider and id of the model */
  modelName?: string;
  /** Where more `<name>.prompt.md` lie; the package's own come first. */
  agentFolders?: readonly string[];
  /** Names of tools that the agent which is run gets beside those its prompt names. */
  moreTools?: readonly string[];
  /** Values that no message may show. */
  secrets?: readonly string[];
  /**
   * What was spent on these jobs since then, in milliseconds since 1970.
   * @param unclearIn a session in which clips were sent of which no job is known
   */
  costOf?: (jobs: readonly JobView[], since: number, unclearIn?: string) => Promise<Cost>;
}

export interface AgentRunOptions {
  /** Goes on with a session; its messages grow. @default a new session */
  session?: Session;
  signal?: AbortSignal;
  /** Asks the model's server for a stream, also for agents that work is handed to. @default true */
  stream?: boolean;
  onEvent?: (event: AgentEvent) => void;
  /** What tools are given, besides signal and progress. */
  toolContext?: Pick<ToolContext, 'approve' | 'session' | 'waitLimitMs' | 'handOff'>;
}

/** Runs prompt-driven agents: a prompt file, a set of tools, a model, and the loop of the AI SDK over them. */
export class AgentLauncher {
  readonly #options: AgentLauncherOptions;
  readonly #prompts: Prompts;

  constructor(options: AgentLauncherOptions) {
    this.#options = options;
    this.#prompts = openPrompts([OWN_AGENTS, ...(options.agentFolders ?? [])]);
  }

  /**
   * One turn of a conversation: the request, all tool calls that follow from it, the answer. The session is saved before
   * every model turn, so that a killed run loses no job id.
   *
   * @returns also after a failure or an abort, with what was reached until then and the `error`
   * @throws VideoToolsetError `file_not_found` or `invalid_configuration` for the agent's prompt, `unknown_tool` for its tools
   */
  async run(agent: string, request: string, options: AgentRunOptions = {}): Promise<AgentResult> {
    const { sessions, model, modelName = `${model.provider}/${model.modelId}`, secrets, costOf } = this.#options;
    const prompt = await this.load(agent);
    const { session = sessions.start(agent), signal, onEvent, toolContext } = options;
    const { stream = toolContext?.handOff?.stream ?? true } = options;
    const depth = toolContext?.handOff?.depth ?? 0;
    const clips = toolContext?.session ?? session.within ?? session.id;
    if (depth > 0 && clips !== session.id) session.within = clips;
    const reached = emptyResult(modelName, session.id);
    const startedAt = Date.now();
    const history: ModelMessage[] = [...session.messages, { role: 'user', content: request }];
    const keep = (messages: readonly ModelMessage[]) => {
      session.messages = [...messages];
      return sessions.save(session);
    };
    const onUsage = (usage: { inputTokens?: number | undefined; outputTokens?: number | undefined }) => {
      const { inputTokens = 0, outputTokens = 0 } = usage;
      addUsage(reached, { inputTokens, outputTokens });
      toolContext?.handOff?.onUsage?.({ inputTokens, outputTokens });
    };
    const openCalls = createOpenCalls(keep);
    const running = new Set<Promise<unknown>>();
    let round = 0;
    let isUnclear = false;
    let failed: string | undefined;
    const tools = await modelTools(await this.#toolsOf(prompt, depth), {
      context: {
        ...toolContext,
        session: clips,
        handOff: { depth, stream, onUsage, ...(onEvent && { onEvent }) },
        ...(signal && { signal }),
      },
      ...{ reached, openCalls, onEvent },
      onResult(tool, { data: { error } }) {
        isUnclear ||= error?.submitted === 'unknown';
        failed ??= error && tool;
      },
      onCall(tool, call) {
        if (round !== reached.turns && (tool === failed || !LOOKS.includes(tool))) {
          delete reached.failure;
          failed = undefined;
          round = reached.turns;
        }
        running.add(call);
        call.finally(() => running.delete(call)).catch(() => undefined);
      },
    });
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
          reached.turns++;
          await openCalls.turn(messages);
          if (reached.turns === 1) await toolContext?.handOff?.onSession?.(session.id);
          return {};
        },
        onStepEnd: ({ usage }) => onUsage(usage),
      });
      const call = { messages: history, ...(signal && { abortSignal: signal }) };
      const answer = stream
        ? await streamed(await loop.stream(call), onEvent)
        : await whole(await loop.generate(call), onEvent);
      reached.text = answer.text;
      for (const { name, error, isInLastRound } of answer.failedCalls) {
        reached.tool_calls.push({ name, ok: false, ms: 0 });
        if (isInLastRound) reached.failure ??= failedCall(prompt, name, Object.hasOwn(tools, name), error).report();
      }
      // Not kept: it may hold calls that nobody made, with which no conversation goes on.
      const isCut = answer.isStopped && answer.finishReason === 'other';
      if (isCut || CUT_SHORT.includes(answer.finishReason)) throw cutShort(prompt, answer.finishReason);
      if (answer.text.trim() === '' && reached.tool_calls.length === 0) throw saidNothing(prompt);
      await keep([...history, ...answer.responseMessages]);
      if (answer.isStopped) throw stepLimit(prompt);
    } catch (error) {
      // What was stopped says where its job stands.
      await Promise.race([Promise.allSettled(running), sleep(LAST_WORD_MS, undefined, { ref: false })]);
      reached.error = reportOf(error, { signal, reached, isOpen: openCalls.isOpen(), secrets });
    }
    if (isUnclear) leaveUnclear(reached);
    const cost = await costOf?.(reached.jobs, startedAt, isUnclear ? clips : undefined).catch(() => undefined);
    if (cost !== undefined) reached.cost = cost;
    return reached;
  }

  /** @throws VideoToolsetError `file_not_found` naming the agents there are, `invalid_configuration` */
  load(agent: string): Promise<AgentPrompt> {
    return this.#prompts.load(agent);
  }

  /** Every agent there is. @throws VideoToolsetError `invalid_configuration` naming the file that is wrong */
  agents(): Promise<AgentPrompt[]> {
    return this.#prompts.all();
  }

  /** An agent for `handOffToolset`, here or in another host. @throws VideoToolsetError as `load` does */
  async handOffAgent(agent: string): Promise<HandOffAgent> {
    const { name, description } = await this.load(agent);
    return {
      name,
      description,
      run: async (request, { signal, progress, handOff, ...toolContext }, earlier) => {
        const { sessions } = this.#options;
        const begun = earlier === undefined ? sessions.start(name) : await this.#begun(earlier, name, toolContext);
        await using _claim = await sessions.claim(begun.id).catch((error) => {
          throw error instanceof VideoToolsetError ? atWork(name, error) : error;
        });
        // What was said in it until just now belongs to it.
        const session = earlier === undefined ? begun : await sessions.load(begun.id);
        return await this.run(name, request, {
          session,
          ...(signal && { signal }),
          onEvent(event) {
            if (handOff?.onEvent !== undefined) handOff.onEvent({ ...event, agent: event.agent ?? name });
            else if (event.type === 'tool-progress') progress?.(event.report);
          },
          toolContext: { ...toolContext, handOff: { ...handOff, depth: (handOff?.depth ?? 0) + 1 } },
        });
      },
    };
  }

  /** A model may go on with what was handed off in its own conversation alone. */
  async #begun(id: string, agent: string, { session: clips }: Pick<ToolContext, 'session'>): Promise<Session> {
    const session = await this.#options.sessions.load(id);
    if (session.agent === agent && session.within === clips) return session;
    throw new VideoToolsetError('not_found', `${agent} has no session ${JSON.stringify(id)} in this conversation.`, {
      next_step: 'Take the session that the result of a hand-off names, or leave it out.',
    });
  }

  async #toolsOf({ tools }: AgentPrompt, depth: number): Promise<ToolSet> {
    const { toolset, moreTools = [] } = this.#options;
    const names = [...new Set([...tools, ...(depth === 0 ? moreTools : [])])];
    const agents = names.filter((name) => name.startsWith(HAND_OFF) && !toolset.has(name));
    const handOffs = await Promise.all(agents.map((name) => this.handOffAgent(name.slice(HAND_OFF.length))));
    return ToolSet.of(handOffToolset(handOffs)).merge(toolset).pick(names);
  }
}

function atWork(agent: string, cause: VideoToolsetError): VideoToolsetError {
  return new VideoToolsetError('storage_failed', `${agent} is at work in that session already.`, {
    cause,
    submitted: 'unknown',
    next_step: 'Do not hand it off anew: the other call tells what comes of it.',
  });
}
