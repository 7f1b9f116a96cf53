import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import type { AgentLauncher } from '../../lib/host/AgentLauncher.ts';
import { HAND_OFF } from '../../lib/host/handOffToolset.ts';
import type { Session } from '../../lib/host/sessions.ts';
import type { Runtime } from '../../lib/runtime.ts';
import { tokensOf } from '../support/tokens.ts';

/** What the conversations of a run show, those of agents that work was handed to included. */
export interface Transcript {
  /** Of o200k: at each turn instructions, tools and all messages until then, and what the model said. */
  tokens: number;
  /** Turns of the agents that work was handed to. */
  handedTurns: number;
  /** The most calls that one turn of the first agent made. */
  atOnce: number;
}

export async function openTranscript(session: Session, runtime: Runtime, launcher: AgentLauncher): Promise<Transcript> {
  const sessions = await runtime.sessions();
  const handed = await Promise.all([...handedSessions(session)].map((id) => sessions.load(id)));
  const tokens = await Promise.all([session, ...handed].map((each) => countTokens(each, runtime, launcher)));
  return {
    tokens: tokens.reduce((sum, count) => sum + count, 0),
    handedTurns: handed.reduce((sum, { messages }) => sum + messages.filter(isTurn).length, 0),
    atOnce: Math.max(0, ...session.messages.map(callsIn)),
  };
}

type Message = Session['messages'][number];

async function countTokens({ agent, messages }: Session, runtime: Runtime, launcher: AgentLauncher): Promise<number> {
  const { instructions, tools } = await launcher.load(agent);
  const definitions = runtime.everyTool.definitions().filter(({ name }) => tools.includes(name));
  const fixed = encode(instructions).length + definitions.reduce((sum, tool) => sum + tokensOf(tool), 0);
  let before = 0;
  let sum = 0;
  for (const message of messages) {
    const count = encode(JSON.stringify(message.content)).length;
    if (isTurn(message)) sum += fixed + before + count;
    before += count;
  }
  return sum;
}

/** Sessions that results of hand-offs name; one that was gone on with is named again. */
function handedSessions({ messages }: Session): Set<string> {
  const parts = messages.flatMap((message) => (message.role === 'tool' ? message.content : []));
  const ids = parts.flatMap((part) => {
    if (part.type !== 'tool-result' || !part.toolName.startsWith(HAND_OFF)) return [];
    const { session }: { session?: unknown } = part.output.type === 'text' ? JSON.parse(part.output.value) : {};
    return typeof session === 'string' ? [session] : [];
  });
  return new Set(ids);
}

function isTurn({ role }: Message): boolean {
  return role === 'assistant';
}

function callsIn(message: Message): number {
  if (message.role !== 'assistant' || typeof message.content === 'string') return 0;
  return message.content.filter(({ type }) => type === 'tool-call').length;
}
