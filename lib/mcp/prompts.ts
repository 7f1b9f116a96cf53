import type { GetPromptResult, Prompt } from '@modelcontextprotocol/server';
import type { Tool } from '../../types/tool.ts';
import type { Sdk } from './sdk.ts';

interface PromptDefinition extends Prompt {
  arguments: { name: string; description: string; required?: boolean }[];
  /** @param maker the tool that clips are made with */
  text(given: Record<string, string>, maker: string): string;
}

/** What makes a clip, the best first. */
const MAKERS = ['video_produce', 'video_create'];

const SECONDS = { name: 'seconds', description: 'Length of a clip in seconds, such as 4, 8 or 12.' };
const SHAPE = { name: 'shape', description: 'landscape or portrait.' };

const PROMPTS: readonly PromptDefinition[] = [
  {
    name: 'make_clip',
    title: 'Make a clip',
    description: 'One clip from an idea, published, with its address.',
    arguments: [{ name: 'idea', description: 'What the clip shows.', required: true }, SECONDS, SHAPE],
    text: ({ idea, seconds, shape }, maker) =>
      `Make one video clip and publish it.

What it shows: ${idea}
Length: ${seconds === undefined ? "the server's default" : `${seconds} seconds`}
Shape: ${shape ?? 'landscape'}

1. Write the prompt: subject, action, place, one camera move, light, palette, sound. Keep what was asked for; invent only what is left open.
2. Call ${maker} once. Portrait is size 720x1280, landscape 1280x720.
3. While the clip is not published, do exactly what the last result's next_step says. Never start a second clip because the first one is slow.
4. Report the public address, or the reason why there is none and whether anything was paid.`,
  },
  {
    name: 'storyboard',
    title: 'Plan a storyboard',
    description: 'Several shots that belong together: planned first, made after the user agrees.',
    arguments: [
      { name: 'story', description: 'What the shots tell together.', required: true },
      { name: 'shots', description: 'How many shots; 3 if left out.' },
      SECONDS,
      SHAPE,
    ],
    text: ({ story, shots, seconds, shape }, maker) =>
      `Plan a storyboard of ${shots ?? '3'} shots, then make it.

What it tells: ${story}
Length of each shot: ${seconds === undefined ? "the server's default" : `${seconds} seconds`}
Shape: ${shape ?? 'landscape'}, the same for all

1. Write down once what stays the same in every shot: the people and things with their looks, place, light, palette.
2. List the shots: number, what happens, one camera move, sound. Each shot's prompt repeats what stays the same, for each clip is made on its own.
3. Show the plan with the number of clips and their seconds in all, and wait for the user to agree: each clip is paid for.
4. Then call ${maker} once for each shot. While a clip is not published, do exactly what its last result's next_step says.
5. Report each shot with its public address, in order; where one failed, say why, and leave the others as they are.`,
  },
];

/** None where no tool is served that makes a clip. */
export function listPrompts(tools: readonly Tool[]): Prompt[] {
  return makerOf(tools) === undefined ? [] : PROMPTS.map(({ text: _text, ...prompt }) => prompt);
}

/** @throws ProtocolError for a prompt there is not, or without an argument that it needs */
export function getPrompt(
  name: string,
  given: Record<string, string>,
  tools: readonly Tool[],
  { ProtocolError, ProtocolErrorCode }: Sdk,
): GetPromptResult {
  const maker = makerOf(tools);
  const prompt = PROMPTS.find((candidate) => candidate.name === name);
  if (prompt === undefined || maker === undefined) {
    const known = listPrompts(tools).map((candidate) => candidate.name);
    const message = `There is no prompt ${JSON.stringify(name.slice(0, 80))}. There is: ${known.join(', ') || 'none'}.`;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, message);
  }
  const told = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''));
  const missing = prompt.arguments.find((argument) => argument.required === true && told[argument.name] === undefined);
  if (missing !== undefined)
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${name}: the argument ${missing.name} is missing.`);
  return {
    ...(prompt.description !== undefined && { description: prompt.description }),
    messages: [{ role: 'user', content: { type: 'text', text: prompt.text(told, maker) } }],
  };
}

function makerOf(tools: readonly Tool[]): string | undefined {
  return MAKERS.find((maker) => tools.some(({ name }) => name === maker));
}
