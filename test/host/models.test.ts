import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { resolveConfig } from '../../lib/config.ts';
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

for (const [provider, variable] of [
  ['openai', 'OPENAI_API_KEY'],
  ['anthropic', 'ANTHROPIC_API_KEY'],
  ['xai', 'XAI_API_KEY'],
  ['google', 'GOOGLE_GENERATIVE_AI_API_KEY'],
] as const) {
  test(`without a key the provider ${provider} is refused at once, and its variable is named`, async () => {
    const agentModel = `${provider}/model`;
    await assert.rejects(openModel(resolveConfig({ agentModel }, {})), {
      code: 'invalid_configuration',
      message: `The agent model ${agentModel} needs a key: set agentApiKey (AGENT_API_KEY) or ${variable}.`,
    });
    const config = resolveConfig({ agentModel }, { [variable]: 'of the provider' });
    assert.equal(config.agentApiKey, 'of the provider');
    assert.equal((await openModel(config)).modelId, 'model');
    assert.equal(resolveConfig({ agentModel, agentApiKey: 'own' }, { [variable]: 'x' }).agentApiKey, 'own');
  });
}

test("a provider's key is read for its own models alone", () => {
  const environment = { OPENAI_API_KEY: 'x', ANTHROPIC_API_KEY: 'y' };
  for (const agentModel of ['offline', 'openai-compatible/x', 'xai/x'])
    assert.equal(resolveConfig({ agentModel }, environment).agentApiKey, undefined);
});

test('without the package the error names what to install, in the version that the package asks for', () => {
  const root = path.join(import.meta.dirname, '../..');
  const script = `
    import { registerHooks } from 'node:module';
    registerHooks({ resolve(name, context, next) {
      if (/^@ai-sdk.(openai|anthropic|xai|google)/.test(name)) throw Object.assign(new Error('none'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    } });
    const { openModel } = await import('./lib/host/models.ts');
    for (const name of ['openai', 'anthropic', 'xai', 'google', 'openai-compatible'])
      await openModel({ agentModel: name + '/m', agentBaseUrl: 'http://127.0.0.1:9' }).catch((error) => console.log(JSON.stringify(error.report())));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  });
  const { peerDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const reports: { code: string; next_step: string }[] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(reports.length, 5, stdout + stderr);
  for (const { code, next_step } of reports) {
    const [, name = '', major] = /^Run: npm install (@ai-sdk\/[\w-]+)@(\d+)$/.exec(next_step) ?? [];
    assert.deepEqual([code, `^${major}`], ['missing_package', peerDependencies[name]]);
  }
});
