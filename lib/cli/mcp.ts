import { Console } from 'node:console';
import { once } from 'node:events';
import type { Command } from 'commander';
import { resolveConfig, secretsOf } from '../config.ts';
import { VideoToolsetError } from '../errors.ts';
import { createLog } from '../log.ts';
import type { Runtime } from '../runtime.ts';
import { interruptible, optionsOf } from './invocation.ts';
import { tell } from './output.ts';

/** Clients choose the current folder themselves. */
const DEFAULTS = { workspace: '~/Videos/video-toolset' };

interface McpSettings {
  http?: string;
  host?: string;
  token?: string;
  allowedHost?: string[];
}

export function registerMcp(program: Command): void {
  program
    .command('mcp')
    .description('serve the tools to MCP clients')
    .option('--http <port>', 'as streamable HTTP at /mcp instead')
    .option('--host <address>', 'another address than this machine only; needs a token')
    .option('--token <text>', 'the bearer token of clients over HTTP (VIDEO_MCP_TOKEN)')
    .option('--allowed-host <name...>', 'further names that clients reach it by, such as a proxy')
    .action((settings: McpSettings, command: Command) => serve(settings, command));
}

async function serve({ http, host, token, allowedHost }: McpSettings, command: Command): Promise<void> {
  const { yes = false, quiet = false, ...settings } = command.optsWithGlobals();
  if (yes) throw approvesNothing();
  const options = { ...optionsOf(settings), ...(token !== undefined && { mcpToken: token }) };
  // Wrong settings fail at once; the heavy parts are loaded when a client has been greeted.
  const config = resolveConfig(options, undefined, DEFAULTS);
  const log = createLog({ enabled: config.debug, secrets: secretsOf(config) });
  let opened: Promise<Runtime> | undefined;
  const open = () => {
    opened ??= import('../runtime.ts').then(({ openRuntime }) => openRuntime(options, DEFAULTS));
    return opened;
  };
  const { signal, release } = interruptible();
  try {
    if (http === undefined) {
      // What a package says by itself would break the protocol.
      globalThis.console = new Console(process.stderr, process.stderr);
      const { serveMcpStdio } = await import('../mcp/stdio.ts');
      if (process.stdin.isTTY && !quiet) tell('An MCP client is awaited on standard input. Stop it with Ctrl-C.\n');
      await serveMcpStdio(open, { signal, log });
    } else {
      const { serveMcpHttp } = await import('../mcp/http.ts');
      const server = await serveMcpHttp(open, {
        port: portOf(http),
        ...(host !== undefined && { host }),
        ...(config.mcpToken !== undefined && { token: config.mcpToken }),
        ...(allowedHost !== undefined && { allowedHosts: allowedHost }),
        log,
      });
      tell(`MCP at ${server.url}\n`);
      if (!signal.aborted) await once(signal, 'abort');
      await server.close();
    }
  } finally {
    release();
    await (await opened)?.close();
  }
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new VideoToolsetError(
    'invalid_argument',
    `--http must be a number from 0 to 65535, not ${JSON.stringify(text)}.`,
  );
}

function approvesNothing(): VideoToolsetError {
  return new VideoToolsetError(
    'invalid_argument',
    'mcp takes no --yes: it would approve every call of every client at once.',
    { next_step: 'Leave it out: clients ask their user. Deletes need no question with VIDEO_APPROVE_DELETE=no.' },
  );
}
