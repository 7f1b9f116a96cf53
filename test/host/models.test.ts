import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from '../../lib/host/models.ts';

for (const agentModel of ['nobody/model', 'openai', 'openai/', '/gpt', '', 'constructor/x', '__proto__/x', 'Offline']) {
  test(`the agent model ${JSON.stringify(agentModel)} is refused, and the known providers are named`, async () => {
    await assert.rejects(openModel({ agentModel }), {
      code: 'invalid_configuration',
      message: /AGENT_MODEL.*openai, anthropic, xai, google, openai-compatible/,
    });
  });
}

test('openai-compatible needs a base URL', async () => {
  await assert.rejects(openModel({ agentModel: 'openai-compatible/x' }), {
    code: 'invalid_configuration',
    message: /AGENT_BASE_URL/,
  });
});

for (const provider of ['openai', 'anthropic', 'xai', 'google', 'openai-compatible']) {
  test(`the provider ${provider} resolves, with a model whose name holds a slash`, async () => {
    const agentBaseUrl = 'http://127.0.0.1:9/v1';
    const model = await openModel({ agentModel: `${provider}/maker/model-1`, agentBaseUrl, agentApiKey: 'none' });
    assert.equal(model.modelId, 'maker/model-1');
    assert.equal(model.specificationVersion, 'v4');
  });
}

test('the offline model needs nothing', async () => {
  assert.equal((await openModel({ agentModel: 'offline' })).modelId, 'offline');
});
