import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { APICallError } from 'ai';
import { createVideoModel, type VideoModel, type VideoModelOptions } from '../../lib/adapters/aiSdk.ts';
import type { ErrorReport } from '../../types/error.ts';
import { assertNoKey, KEY } from '../support/key.ts';
import { temporaryFolder } from '../support/temporary.ts';

// The SDK prints what the tests look at.
globalThis.AI_SDK_LOG_WARNINGS = false;

export interface TestModel extends AsyncDisposable {
  model: VideoModel;
  /** Another one over the same folders, such as of another process. */
  another(options?: VideoModelOptions): VideoModel;
  workspace: string;
  state: string;
}

export async function openModel(options: VideoModelOptions = {}): Promise<TestModel> {
  const folder = await temporaryFolder();
  const [workspace, state] = [path.join(folder.path, 'videos'), path.join(folder.path, 'state')];
  await mkdir(workspace);
  const models: VideoModel[] = [];
  const another = (more: VideoModelOptions = {}) => {
    const model = createVideoModel({
      ...{ workspace, state, pollIntervalMs: 20, apiKey: KEY, profile: { defaultSeconds: 4 } },
      ...options,
      ...more,
    });
    models.push(model);
    return model;
  };
  return {
    model: another(),
    another,
    workspace,
    state,
    async [Symbol.asyncDispose]() {
      await Promise.all(models.map((model) => model.close()));
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** What a call failed with, in the SDK's form: nothing that the SDK tries again, and nothing that shows the key. */
export async function failureOf(call: Promise<unknown>): Promise<{ message: string; report: ErrorReport }> {
  const error: unknown = await call.then(
    () => assert.fail('it went well'),
    (reason) => reason,
  );
  assertNoKey('the error', error);
  assert.ok(APICallError.isInstance(error), String(error));
  assert.equal(error.isRetryable, false);
  return { message: error.message, report: Object(error.data) };
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What the model tells of a clip, beside its bytes. */
export function factsOf({ providerMetadata }: { providerMetadata?: Record<string, unknown> }): Record<string, unknown> {
  assertNoKey('what is told', providerMetadata);
  return Object(providerMetadata?.['video-toolset']);
}
