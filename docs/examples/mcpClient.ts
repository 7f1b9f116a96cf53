/**
 * A client of the MCP server: it asks for a clip, shows how far it is and goes on until there is an address.
 *
 *     node docs/examples/mcpClient.ts "A red kite over a meadow"
 *
 * Further words are the command that starts the server; `npx video-toolset mcp` where there are none.
 */
import { type CallToolResult, Client } from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const [prompt = 'A red kite over a meadow', command = 'npx', ...given] = process.argv.slice(2);
const args = given.length > 0 ? given : ['video-toolset', 'mcp'];
const settings = Object.entries(process.env).filter(([name]) => /^(VIDEO|CDN)_/.test(name));
const env = { ...getDefaultEnvironment(), ...Object.fromEntries(settings.map(([name, value]) => [name, value ?? ''])) };

// It can ask a person; this one declines whatever costs more than was agreed.
const client = new Client(
  { name: 'example', version: '1.0.0' },
  { versionNegotiation: { mode: 'auto' }, capabilities: { elicitation: { form: {} } } },
);
client.setRequestHandler('elicitation/create', ({ params }) => {
  process.stderr.write(`Declined: ${params.message}\n`);
  return { action: 'decline' };
});
await client.connect(new StdioClientTransport({ command, args, env }));

let wish: Record<string, unknown> = { prompt, seconds: 4 };
for (;;) {
  const result: CallToolResult = await client.callTool(
    { name: 'video_produce', arguments: wish },
    { onprogress: ({ progress, message }) => process.stderr.write(`${Math.round(progress)} % ${message ?? ''}\n`) },
  );
  const { summary, published, jobs } = Object(result.structuredContent);
  if (result.isError === true || published !== undefined) {
    process.stdout.write(`${published?.[0]?.url ?? summary}\n`);
    process.exitCode = result.isError === true ? 1 : 0;
    break;
  }
  // A call returns within 45 seconds: the same clip is gone on with, by its key, or by the same call where none is told.
  if (jobs !== undefined) wish = { key: jobs[0].key };
}
await client.close();
