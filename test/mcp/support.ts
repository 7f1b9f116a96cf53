import {
  type CallToolResult,
  Client,
  type ElicitResult,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { RenderTask } from '../../lib/studio/engines/engine.ts';
import type { ToolData } from '../../types/tool.ts';
import { BIN, openCommandLine } from '../cli/support.ts';
import { openStudio, testEngine, untilStopped } from '../support/studio.ts';

/** Of the two protocols there are. */
export type Era = '2025' | '2026';
export type Line = 'stdio' | 'http';

export interface ClientOptions {
  name?: string;
  /** Answers a question, as a person would. @default the client cannot ask */
  answer?: (question: string) => ElicitResult;
}

export interface McpPlace extends AsyncDisposable {
  connect(options?: ClientOptions): Promise<Client>;
  /** Of the video server. */
  baseUrl: string;
  /** Lets clips whose prompt says "gated" come to their end. */
  open(): void;
}

const SETTINGS = {
  VIDEO_POLL_MS: '50',
  VIDEO_WAIT_MS: '20000',
  VIDEO_MODEL: 'sora-2',
  VIDEO_PRICES: '{"sora-2":0.1,"cheap":0.001}',
  VIDEO_APPROVE_USD: '0.5',
  VIDEO_BUDGET_SECONDS: '50',
};

/** The program itself as an MCP server, in a child process, before a studio whose clips end as their prompt says. */
export async function openPlace(line: Line, era: Era, settings: Record<string, string> = {}): Promise<McpPlace> {
  const gate = Promise.withResolvers<void>();
  const studio = await openStudio({ engine: testEngine((task) => work(task, gate.promise)) });
  const cli = await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl, ...SETTINGS, ...settings });
  const clients = new Set<Client>();
  const server = line === 'http' ? cli.start(['mcp', '--http', '0']) : undefined;
  const url = (await server?.line(/^MCP at /))?.slice('MCP at '.length);
  return {
    baseUrl: studio.baseUrl,
    open: gate.resolve,
    async connect(options) {
      const transport =
        url === undefined ? program(cli.environment, cli.cwd) : new StreamableHTTPClientTransport(new URL(url));
      const client = await connectClient(transport, era, options);
      clients.add(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      gate.resolve();
      await Promise.all([...clients].map((client) => client.close()));
      server?.child.kill('SIGTERM');
      await server?.ended;
      await cli[Symbol.asyncDispose]();
      await studio[Symbol.asyncDispose]();
    },
  };
}

/** The program itself, as a client starts it. */
export function program(env: Record<string, string>, cwd?: string): StdioClientTransport {
  const args = [BIN, 'mcp'];
  return new StdioClientTransport({
    ...{ command: process.execPath, args, env },
    ...(cwd !== undefined && { cwd }),
    stderr: 'ignore',
  });
}

export async function connectClient(
  transport: StdioClientTransport | StreamableHTTPClientTransport,
  era: Era,
  { name = 'test', answer }: ClientOptions = {},
): Promise<Client> {
  const client = new Client(
    { name, version: '1.0.0' },
    {
      versionNegotiation: { mode: era === '2025' ? 'legacy' : { pin: '2026-07-28' } },
      ...(answer && { capabilities: { elicitation: { form: {} } } }),
    },
  );
  if (answer) client.setRequestHandler('elicitation/create', ({ params }) => answer(params.message));
  await client.connect(transport);
  return client;
}

async function work(task: RenderTask, gate: Promise<void>): Promise<void> {
  const prompt = task.recipe.segments.map((segment) => segment.prompt).join(' ');
  if (prompt.includes('endless')) await untilStopped(task);
  if (prompt.includes('broken')) throw new Error('the film tore');
  task.onProgress(1, 5);
  if (prompt.includes('gated')) await gate;
}

/** The structured content of a result, which every result has. */
export function dataOf({ structuredContent }: CallToolResult): ToolData & { summary: string } {
  if (typeof structuredContent !== 'object' || structuredContent === null || !('summary' in structuredContent))
    throw new Error(`No structured content: ${JSON.stringify(structuredContent)}`);
  return { ...structuredContent, summary: String(structuredContent.summary) };
}
