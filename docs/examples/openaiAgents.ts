/**
 * An agent of the OpenAI Agents SDK that hands clips off to sora_agent, and asks before it spends more than was agreed.
 *
 *     node docs/examples/openaiAgents.ts "A red kite over a meadow. 4 seconds. Publish it."
 *
 * OPENAI_API_KEY is the language model's, and OPENAI_BASE_URL its server where that is another one. Where VIDEO_BASE_URL
 * names no server, the studio draws a preview.
 */
import { createInterface } from 'node:readline/promises';
import { Agent, run, setOpenAIAPI, setTracingDisabled } from '@openai/agents';
// In a program of your own: 'video-toolset/openai-agents'.
import { createSoraAgent, questionFor, refusalFor } from '../../lib/adapters/openaiAgents.ts';

const [request = 'A red kite over a meadow. 4 seconds. Publish it.'] = process.argv.slice(2);

// The SDK would send what agents say and do to OpenAI's dashboard.
setTracingDisabled(true);
// Servers that imitate OpenAI's speak its chat API only.
if (process.env.OPENAI_BASE_URL !== undefined) setOpenAIAPI('chat_completions');

const planner = Agent.create({
  name: 'planner',
  instructions: 'You plan what is to be seen. Hand every clip off to sora_agent.',
  handoffs: [await createSoraAgent()],
});

let result = await run(planner, request, { maxTurns: 60 });
while (result.interruptions.length > 0) {
  for (const interruption of result.interruptions) {
    const call = `${interruption.name} with ${interruption.arguments}?`;
    const { question = call } = (await questionFor(interruption)) ?? {};
    if (await isWilling(question)) result.state.approve(interruption);
    else result.state.reject(interruption, refusalFor(interruption));
  }
  result = await run(planner, result.state, { maxTurns: 60 });
}
process.stdout.write(`${result.finalOutput}\n`);

async function isWilling(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = process.stdin.isTTY ? await lines.question(`${question} [y/N] `) : 'n';
  lines.close();
  if (answer !== 'y') process.stderr.write(`Declined: ${question}\n`);
  return answer === 'y';
}
