import path from 'node:path';
import { openRuntime, type Runtime } from '../../lib/runtime.ts';
import type { Options } from '../../types/config.ts';
import { type ChatScript, listenAsModel } from '../support/chatServer.ts';
import { KEY } from '../support/key.ts';
import type { TestServer } from '../support/server.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** A runtime whose agents' model says what a function says. */
export interface TestAgent extends AsyncDisposable {
  runtime: Runtime;
  chat: TestServer;
  folder: string;
}

export async function openAgent(script: ChatScript, options: Options = {}): Promise<TestAgent> {
  const folder = await temporaryFolder();
  const chat = await listenAsModel(script);
  const runtime = openRuntime({
    workspace: path.join(folder.path, 'videos'),
    state: path.join(folder.path, 'state'),
    pollIntervalMs: 20,
    agentModel: 'openai-compatible/scripted',
    agentBaseUrl: chat.baseUrl,
    agentApiKey: KEY,
    ...options,
  });
  return {
    runtime,
    chat,
    folder: folder.path,
    async [Symbol.asyncDispose]() {
      await runtime.close();
      await chat[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
