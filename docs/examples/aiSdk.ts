/**
 * An agent of the AI SDK that makes a clip. It shows how far the clip is, and asks before it pays or deletes.
 *
 *     node docs/examples/aiSdk.ts "A red kite over a meadow. 4 seconds. Publish it."
 *
 * It needs no key: where VIDEO_BASE_URL names no server the studio draws a preview, and where AGENT_MODEL names no model
 * (`provider/model`) the words of the request decide.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { type ModelMessage, type ToolApprovalResponse, ToolLoopAgent } from 'ai';
// In a program of your own: 'video-toolset/ai-sdk' and 'video-toolset'.
import { openAgentModel, refusalReason, toAiSdkTools } from '../../lib/adapters/aiSdk.ts';
import { openRuntime } from '../../lib/index.ts';

const [request = 'A red kite over a meadow. 4 seconds. Publish it.'] = process.argv.slice(2);
const runtime = openRuntime({ tools: 'chain' });
const model = await openAgentModel(runtime.config);

const agent = new ToolLoopAgent({
  model,
  instructions: 'You make video clips. Do what each result names as its next step.',
  ...toAiSdkTools(runtime.tools),
});

/** Where nobody is there to answer, nothing is said. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await Promise.race([terminal.question(question), once(terminal, 'close').then(() => '')]);
  terminal.close();
  return answer;
}

const messages: ModelMessage[] = [{ role: 'user', content: request }];
for (;;) {
  const result = await agent.stream({ messages });
  const answers: ToolApprovalResponse[] = [];
  for await (const part of result.stream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'tool-call') process.stderr.write(`${part.toolName} ${JSON.stringify(part.input)}\n`);
    // The last of them is the result, which the SDK tells once more.
    if (part.type === 'tool-result' && part.preliminary) process.stderr.write(`  ${part.output.summary}\n`);
    if (part.type === 'tool-approval-request') {
      const { approvalId, reason, toolCall } = part;
      const approved = /^y/i.test(await ask(`${reason} [y/N] `));
      const answer = { type: 'tool-approval-response', approvalId, approved } as const;
      answers.push(approved ? answer : { ...answer, reason: refusalReason(toolCall.toolName) });
    }
  }
  messages.push(...(await result.responseMessages));
  if (answers.length === 0) {
    process.stdout.write(`${await result.text}\n`);
    break;
  }
  // The SDK carries out what was approved, and the model goes on with what came of it.
  messages.push({ role: 'tool', content: answers });
}
await runtime.close();
