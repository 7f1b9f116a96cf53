import type { ModelMessage } from 'ai';

/** One piece of what was said in a session. */
export interface SaidPart {
  role: 'user' | 'assistant' | 'tool';
  text: string;
  /** The tool that answered, and what, where that is an object. */
  tool?: string;
  data?: Record<string, unknown>;
}

/** Characters before and after what was found. */
const AROUND = 40;

/** What user, agent and tools said, in order. */
export function saidIn(messages: readonly ModelMessage[]): SaidPart[] {
  return messages.flatMap(({ role, content }): SaidPart[] => {
    if (role === 'system') return [];
    if (typeof content === 'string') return [{ role, text: content }];
    return content.flatMap((part): SaidPart[] => {
      if (part.type === 'text') return [{ role, text: part.text }];
      if (part.type === 'tool-call') return [{ role: 'assistant', text: textsIn(part.input).join(' · ') }];
      return part.type === 'tool-result' ? [toolSaid(part.toolName, part.output)] : [];
    });
  });
}

/** Around the first of the words, in the first part that holds all of them, whatever their case. */
export function findIn(messages: readonly ModelMessage[], words: readonly string[]): string | undefined {
  const wanted = words.map((word) => word.toLowerCase());
  for (const { text } of saidIn(messages)) {
    const line = text.replace(/\s+/g, ' ');
    const lower = line.toLowerCase();
    if (wanted.every((word) => lower.includes(word))) return snippet(line, lower.indexOf(wanted[0] ?? ''));
  }
  return undefined;
}

function snippet(line: string, at: number): string {
  const [from, to] = [Math.max(0, at - AROUND), at + 2 * AROUND];
  const cut = line.slice(from, to).toWellFormed();
  return `${from > 0 ? '…' : ''}${cut}${to < line.length ? '…' : ''}`;
}

function toolSaid(tool: string, output: { type: string; value?: unknown }): SaidPart {
  const value = typeof output.value === 'string' ? parsed(output.value) : output.value;
  const text = textsIn(value).join(' · ');
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return { role: 'tool', text, tool, ...(isObject && { data: { ...value } }) };
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** A text that is no JSON says what it says. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
