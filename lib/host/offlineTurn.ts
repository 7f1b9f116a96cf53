import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import { type ClipRequest, readClipRequest } from './clipRequest.ts';

/** What the offline model does next. */
export type Turn =
  | { kind: 'text'; text: string }
  | { kind: 'call'; id: string; tool: string; input: Record<string, unknown> };

const NOT_A_MODEL =
  'I am the built-in offline model, not a language model: I used your words as they are. Set AGENT_MODEL for an agent that thinks about them.';
const GO_ON = /^\s*(please\s+)?(go on|continue|resume|proceed)(\s+please)?[\s.!]*$/i;
/** The same call with the same arguments, before the offline model gives up. */
const MOST_REPEATS = 50;
const MOST_FAILURES = 3;

interface Step {
  tool: string;
  input: string;
  /** The tool's result as the model was told it. */
  result: Record<string, unknown>;
}

/** Decides from the conversation alone: the same messages always give the same turn. */
export function nextTurn(prompt: LanguageModelV4Prompt, tools: readonly string[]): Turn {
  const { request, steps } = conversation(prompt);
  const wanted = readClipRequest(request);
  const call = (tool: string, input: Record<string, unknown>): Turn => ({
    kind: 'call',
    id: `call_${steps.length + 1}`,
    tool,
    input,
  });

  const last = steps.at(-1);
  if (last === undefined) {
    if (tools.includes('hand_off_sora_agent')) return call('hand_off_sora_agent', { task: request });
    const makers = wanted.publish ? ['video_produce', 'video_create'] : ['video_create', 'video_produce'];
    const maker = makers.find((name) => tools.includes(name));
    if (maker === undefined)
      return answer(`I was given no tool that makes a clip: ${tools.join(', ') || 'none at all'}.`);
    if (wanted.prompt === '') return answer('What should the clip show? Nothing was made yet.');
    return call(maker, createArguments(wanted));
  }
  const next = namedCall(last.result, tools);
  if (next !== undefined && !(next.tool === 'cdn_upload' && !wanted.publish) && !isStuck(next, steps))
    return call(next.tool, next.input);
  return answer(report(steps, wanted));
}

function conversation(prompt: LanguageModelV4Prompt): { request: string; steps: Step[] } {
  let request = '';
  let steps: Step[] = [];
  const inputs = new Map<string, string>();
  for (const message of prompt) {
    if (message.role === 'user') {
      const text = message.content.map((part) => (part.type === 'text' ? part.text : '')).join(' ');
      if (request !== '' && GO_ON.test(text)) continue;
      request = text;
      steps = [];
    } else if (message.role === 'assistant') {
      for (const part of message.content) {
        if (part.type === 'tool-call') inputs.set(part.toolCallId, JSON.stringify(part.input));
      }
    } else if (message.role === 'tool') {
      for (const part of message.content) {
        if (part.type !== 'tool-result') continue;
        steps.push({ tool: part.toolName, input: inputs.get(part.toolCallId) ?? '', result: resultOf(part.output) });
      }
    }
  }
  return { request, steps };
}

/** A call that was refused has a reason instead of a value. */
function resultOf({ value, reason }: { value?: unknown; reason?: unknown }): Record<string, unknown> {
  const told = value ?? reason ?? '';
  const result = typeof told === 'string' ? parsed(told) : told;
  return isRecord(result) ? result : { summary: String(told) };
}

function createArguments({ prompt, seconds, size }: ClipRequest): Record<string, unknown> {
  return { prompt, ...(seconds !== undefined && { seconds }), ...(size !== undefined && { size }) };
}

/** The call that a result names as its next step, where there is such a tool: `Call <tool> with <JSON>`. */
function namedCall(result: Record<string, unknown>, tools: readonly string[]) {
  const step = isRecord(result.error) ? result.error.next_step : result.next_step;
  const [, tool, json] = (typeof step === 'string' && /\bcall (\w+) with (\{.*\})/is.exec(step)) || [];
  const input = json === undefined ? undefined : parsed(json);
  return tool !== undefined && tools.includes(tool) && isRecord(input) ? { tool, input } : undefined;
}

function isStuck(next: { tool: string; input: Record<string, unknown> }, steps: Step[]): boolean {
  const same = steps.filter(({ tool, input }) => tool === next.tool && input === JSON.stringify(next.input));
  return same.length >= MOST_REPEATS || same.filter(({ result }) => isRecord(result.error)).length >= MOST_FAILURES;
}

function report(steps: Step[], wanted: ClipRequest): string {
  const last = steps.at(-1)?.result ?? {};
  const lines = steps.flatMap(({ result }) => entries(result.published).map(({ url }) => `Published: ${url}`));
  const saved = steps.flatMap(({ result }) =>
    entries(result.files).map(({ path }) => `Saved in the workspace: ${path}`),
  );
  if (isRecord(last.error)) {
    const { message, next_step } = last.error;
    return [...lines, `It did not work: ${message}`, ...(next_step ? [`What to do: ${next_step}`] : [])].join('\n');
  }
  const isPreview = steps.some(({ result }) => entries(result.jobs).some(({ model }) => model === 'animatic'));
  const notice = isPreview ? ['It is a preview drawn by the built-in studio, not generative video.'] : [];
  if (lines.length > 0) return ['The clip is done.', ...saved, ...lines, ...notice].join('\n');
  if (saved.length > 0)
    return [`The clip is done${wanted.publish ? '' : ' and, as you asked, not published'}.`, ...saved, ...notice].join(
      '\n',
    );
  return [
    String(last.summary ?? 'Nothing was done.'),
    ...(typeof last.next_step === 'string' ? [last.next_step] : []),
  ].join('\n');
}

function answer(text: string): Turn {
  return { kind: 'text', text: `${text}\n\n${NOT_A_MODEL}` };
}

function entries(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
