import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { BIN, type CommandLine, openCommandLine } from '../cli/support.ts';
import { openStudio, testEngine } from '../support/studio.ts';

const PROGRAMS = path.join(import.meta.dirname, 'foreign', 'node_modules');
const CONFORMANCE = path.join(PROGRAMS, '@modelcontextprotocol/conformance/dist/index.js');
const INSPECTOR = path.join(PROGRAMS, '@modelcontextprotocol/inspector/clients/launcher/build/index.js');

/** Scenarios for every server; the others call tools, read resources and get prompts that only their suite's own server has. */
const APPLYING = [
  'server-initialize',
  'ping',
  'tools-list',
  'resources-list',
  'prompts-list',
  'server-sse-polling',
  'server-sse-multiple-streams',
  'dns-rebinding-protection',
];
const NOT_OFFERED = ['logging-set-level', 'completion-complete', 'resources-subscribe', 'resources-unsubscribe'];
const NEEDING_FIXTURES = [
  ...['text', 'image', 'audio'].map((kind) => `tools-call-${kind === 'text' ? 'simple-text' : kind}`),
  ...['embedded-resource', 'mixed-content', 'with-logging', 'error', 'with-progress', 'sampling', 'elicitation'].map(
    (kind) => `tools-call-${kind}`,
  ),
  ...['json-schema-2020-12', 'elicitation-sep1034-defaults', 'elicitation-sep1330-enums'],
  ...['resources-read-text', 'resources-read-binary', 'resources-templates-read'],
  ...['prompts-get-simple', 'prompts-get-with-args', 'prompts-get-embedded-resource', 'prompts-get-with-image'],
];

const skip = existsSync(CONFORMANCE) ? false : 'not installed: npm ci --prefix test/mcp/foreign';

describe('the MCP server, before programs of others', { skip }, () => {
  const open = new AsyncDisposableStack();
  let cli: CommandLine;
  let url = '';

  before(async () => {
    const studio = open.use(await openStudio({ engine: testEngine() }));
    cli = open.use(await openCommandLine({ VIDEO_BASE_URL: studio.baseUrl, VIDEO_POLL_MS: '50' }));
    const server = cli.start(['mcp', '--http', '0']);
    open.defer(async () => {
      server.child.kill('SIGTERM');
      await server.ended;
    });
    url = (await server.line(/^MCP at /)).slice('MCP at '.length);
  });
  after(() => open.disposeAsync());

  const run = async (program: string, args: readonly string[], env = cli.environment): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], { env, cwd: cli.cwd });
    return stdout;
  };

  test('every scenario of the conformance suite is known here', async () => {
    const listed = (await run(CONFORMANCE, ['list', '--server'])).matchAll(/^ {2}- ([\w-]+)/gm);
    const names = [...listed].map(([, name = '']) => name).sort();
    assert.deepEqual(names, [...APPLYING, ...NOT_OFFERED, ...NEEDING_FIXTURES].sort());
  });

  for (const scenario of APPLYING) {
    test(`conformance: ${scenario}`, async () => {
      const told = await run(CONFORMANCE, ['server', '--url', url, '--scenario', scenario]);
      assert.match(told, /Passed: (\d+)\/\1, 0 failed/);
    });
  }

  for (const line of ['stdio', 'http'] as const) {
    test(`the inspector lists the tools and makes a clip over ${line}`, async () => {
      const target = line === 'http' ? [url] : [process.execPath, BIN, 'mcp'];
      const ask = async (...args: string[]): Promise<Record<string, unknown>> =>
        JSON.parse(await run(INSPECTOR, ['--cli', ...target, ...args]));
      const { tools } = await ask('--method', 'tools/list');
      assert.ok(Array.isArray(tools) && tools.some(({ name }) => name === 'video_produce'));
      const made = await ask(
        ...['--method', 'tools/call', '--tool-name', 'video_produce'],
        ...['--tool-arg', `prompt=A kite over ${line}`, 'seconds=4', 'size=1280x720'],
      );
      assert.match(JSON.stringify(made.structuredContent), /Published at file:/);
    });
  }
});
