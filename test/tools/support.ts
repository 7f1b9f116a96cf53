import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openRuntime, type Runtime } from '../../lib/runtime.ts';
import { runTool } from '../../lib/tools/run.ts';
import type { Options } from '../../types/config.ts';
import type { ErrorReport } from '../../types/error.ts';
import type { Tool, ToolContext, ToolResult } from '../../types/tool.ts';
import { assertNoKey, KEY } from '../support/key.ts';
import { temporaryFolder } from '../support/temporary.ts';

export interface TestTools extends AsyncDisposable {
  runtime: Runtime;
  tools: Tool[];
  /** Absolute. */
  workspace: string;
  folder: string;
  call(tool: string, input: unknown, context?: ToolContext): Promise<ToolResult>;
}

/** All tools over a server, with folders of their own; no result shows the key. */
export async function openTools(options: Options = {}): Promise<TestTools> {
  const folder = await temporaryFolder();
  const workspace = path.join(folder.path, 'videos');
  await mkdir(workspace);
  const runtime = openRuntime({
    ...{ workspace, state: path.join(folder.path, 'state'), pollIntervalMs: 20, apiKey: KEY },
    profile: { defaultSeconds: 4 },
    ...options,
  });
  const tools = [...runtime.tools];
  return {
    runtime,
    tools,
    workspace,
    folder: folder.path,
    async call(name, input, context) {
      const tool = tools.find((candidate) => candidate.name === name);
      assert.ok(tool, `there is no tool ${name}`);
      const result = await runTool(tool, input, context);
      assertNoKey(`the result of ${name}`, result);
      return result;
    },
    async [Symbol.asyncDispose]() {
      await runtime.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The error of a result that must be one, with every field a caller branches on. */
export function errorOf(result: ToolResult): ErrorReport {
  const { error } = result.data;
  assert.ok(error, `no error: ${result.summary}`);
  assert.equal(result.isError, true);
  assert.equal(result.summary, error.message);
  assert.ok(error.message.length > 0);
  assert.equal(typeof error.retryable, 'boolean');
  return error;
}

export function freeError(result: ToolResult): ErrorReport {
  const error = errorOf(result);
  assert.equal(error.submitted, 'no');
  assert.equal(error.billed, 'no');
  return error;
}
