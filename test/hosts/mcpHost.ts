import { type Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { VARIABLES } from '../../lib/config/variables.ts';
import { serveMcpHttp } from '../../lib/mcp/mcp.ts';
import { openRuntime } from '../../lib/runtime.ts';
import type { Options } from '../../types/config.ts';
import { connectClient, dataOf, type Era, program } from '../mcp/support.ts';
import type { HostKind, Person, TestHost } from './host.ts';

/** The program in a child process, before the protocol's own client. */
export const mcpStdioHost = (era: Era): HostKind => ({
  name: `MCP over stdio, protocol of ${era}`,
  async open(options, person) {
    const client = await connectClient(program(environmentOf(options)), era, optionsFor(person));
    return hostOf(client, async () => undefined);
  },
});

/** The server in this process, before the protocol's own client. */
export const mcpHttpHost = (era: Era): HostKind => ({
  name: `MCP over HTTP, protocol of ${era}`,
  async open(options, person) {
    const runtime = openRuntime(options);
    const server = await serveMcpHttp(async () => runtime, { port: 0 });
    const transport = new StreamableHTTPClientTransport(new URL(server.url));
    const client = await connectClient(transport, era, optionsFor(person));
    return hostOf(client, async () => {
      await server.close();
      await runtime.close();
    });
  },
});

function optionsFor(person: Person | undefined) {
  if (person === undefined) return {};
  return {
    answer: (question: string) =>
      person(question) ? ({ action: 'accept', content: { approve: true } } as const) : ({ action: 'decline' } as const),
  };
}

function hostOf(client: Client, close: () => Promise<void>): TestHost {
  return {
    async tools() {
      const { tools } = await client.listTools();
      return tools.map(({ name, description = '', inputSchema }) => ({ name, description, parameters: inputSchema }));
    },
    async call(name, input, { signal, onProgress } = {}) {
      const result = await client.callTool(
        { name, arguments: Object(input) },
        { ...(signal && { signal }), ...(onProgress && { onprogress: onProgress }) },
      );
      return { told: dataOf(result), isError: result.isError === true };
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await close();
    },
  };
}

function environmentOf(options: Options): Record<string, string> {
  const texts = Object.entries(options).map(([name, value]) => {
    const variable = Object.entries(VARIABLES).find(([option]) => option === name)?.[1];
    if (variable === undefined) throw new Error(`There is no option ${name}.`);
    return [variable, typeof value === 'object' ? JSON.stringify(value) : String(value)] as const;
  });
  return { PATH: process.env.PATH ?? '', HOME: options.state ?? '', ...Object.fromEntries(texts) };
}
