import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { PRESETS } from '../lib/config/tools.ts';
import { resolveConfig, secretsOf } from '../lib/config.ts';
import type { Options } from '../types/config.ts';
import { KEY } from './support/key.ts';
import { temporaryFolder } from './support/temporary.ts';

const baseUrlOf = (baseUrl: string) => resolveConfig({ baseUrl }, {}).baseUrl;

function refuses(options: object, environment: Record<string, string>, ...named: RegExp[]): void {
  assert.throws(
    () => resolveConfig(options, environment),
    (error) => {
      assert.ok(error instanceof Error && 'code' in error);
      assert.equal(error.code, 'invalid_configuration', error.message);
      for (const name of named) assert.match(error.message, name);
      return true;
    },
    JSON.stringify([options, environment]),
  );
}

test('without options and variables everything has its documented default', () => {
  assert.deepEqual(resolveConfig({}, {}), {
    server: 'auto',
    tools: PRESETS.all,
    headers: {},
    query: {},
    workspace: path.resolve('videos'),
    state: path.join(homedir(), '.local', 'state', 'video-toolset'),
    cdn: pathToFileURL(path.resolve('videos', 'published')),
    approveDelete: 'ask',
    ledger: path.join(homedir(), '.local', 'state', 'video-toolset', 'ledger.db'),
    profile: {},
    prices: {},
    studioModels: {},
    budget: { usd: undefined, seconds: undefined, jobs: undefined, paidSeconds: 300 },
    requestTimeoutMs: 60_000,
    sendDeadlineMs: 10_000,
    quarantineMs: 90_000,
    pollIntervalMs: 2_000,
    waitLimitMs: 600_000,
    agentModel: 'offline',
    debug: false,
  });
});

test('every variable sets its option', () => {
  const config = resolveConfig(
    {},
    {
      VIDEO_BASE_URL: 'http://gpu:8000',
      VIDEO_API_KEY: ` ${KEY} `,
      VIDEO_SERVER: 'sglang',
      VIDEO_MODEL: 'wan2.2',
      VIDEO_TOOLS: 'video_wait, video_produce',
      VIDEO_HEADERS: '{"x-team":"a"}',
      VIDEO_QUERY: '{"api-version":"preview"}',
      VIDEO_WORKSPACE: '/w',
      VIDEO_STATE: '~/s',
      CDN_URL: 'file:/srv/cdn',
      CDN_PUBLIC_URL: 'https://cdn.example/',
      VIDEO_APPROVE_DELETE: 'no',
      VIDEO_LEDGER: 'postgres://user@db/ledger',
      VIDEO_PROFILE: '{"listEchoesPrompt":true,"listLagMs":500,"idempotencyKey":"idempotency-key"}',
      VIDEO_PRICES: '{"wan2.2":0.02,"wan2.2@1280x720":0.04}',
      VIDEO_STUDIO_MODELS: 'sora-2=google/veo-3.1-generate-preview, sora-2-pro=animatic',
      VIDEO_BUDGET_USD: '2.5',
      VIDEO_BUDGET_SECONDS: '60',
      VIDEO_BUDGET_JOBS: '5',
      VIDEO_APPROVE_USD: '0.5',
      VIDEO_SEND_DEADLINE_MS: '200',
      VIDEO_QUARANTINE_MS: '1400',
      VIDEO_TIMEOUT_MS: '1000',
      VIDEO_POLL_MS: '10',
      VIDEO_WAIT_MS: '20',
      AGENT_MODEL: 'openai/gpt-5',
      AGENT_BASE_URL: 'http://llm/v1/',
      AGENT_API_KEY: 'key-2',
      VIDEO_MCP_TOKEN: 'a-token-of-24-characters',
      VIDEO_STUDIO_TOKEN: 'one-token-of-26-characters, another-of-the-same-kind',
      VIDEO_STUDIO_KEEP_DAYS: '7',
      VIDEO_STUDIO_QUOTA_GB: '0.5',
      VIDEO_DEBUG: '1',
    },
  );
  assert.deepEqual(config, {
    baseUrl: 'http://gpu:8000/v1',
    apiKey: KEY,
    server: 'sglang',
    model: 'wan2.2',
    tools: ['video_produce', 'video_wait'],
    headers: { 'x-team': 'a' },
    query: { 'api-version': 'preview' },
    workspace: '/w',
    state: path.join(homedir(), 's'),
    cdn: new URL('file:///srv/cdn'),
    cdnPublicUrl: 'https://cdn.example',
    approveDelete: 'no',
    ledger: 'postgres://user@db/ledger',
    profile: { listEchoesPrompt: true, listLagMs: 500, idempotencyKey: 'idempotency-key' },
    prices: { 'wan2.2': 0.02, 'wan2.2@1280x720': 0.04 },
    studioModels: { 'sora-2': 'google/veo-3.1-generate-preview', 'sora-2-pro': 'animatic' },
    budget: { usd: 2.5, seconds: 60, jobs: 5 },
    approveAboveUsd: 0.5,
    requestTimeoutMs: 1_000,
    sendDeadlineMs: 200,
    quarantineMs: 1_400,
    pollIntervalMs: 10,
    waitLimitMs: 20,
    agentModel: 'openai/gpt-5',
    agentBaseUrl: 'http://llm/v1',
    agentApiKey: 'key-2',
    mcpToken: 'a-token-of-24-characters',
    studioTokens: ['one-token-of-26-characters', 'another-of-the-same-kind'],
    studioKeepDays: 7,
    studioQuotaGb: 0.5,
    debug: true,
  });
});

test("the studio's models are read as JSON, as a list or as an object", () => {
  const expected = { 'sora-2': 'google/veo-3.1', quick: 'fal/fal-ai/veo3/fast' };
  for (const VIDEO_STUDIO_MODELS of [JSON.stringify(expected), 'sora-2=google/veo-3.1,quick=fal/fal-ai/veo3/fast'])
    assert.deepEqual(resolveConfig({}, { VIDEO_STUDIO_MODELS }).studioModels, expected);
  assert.deepEqual(resolveConfig({ studioModels: expected }, {}).studioModels, expected);
  for (const VIDEO_STUDIO_MODELS of [
    'sora-2',
    'sora-2=veo',
    '=google/veo',
    'animatic=google/veo',
    '{"a":5}',
    '{"a"',
    'a=b/c,',
  ])
    refuses({}, { VIDEO_STUDIO_MODELS }, /studioModels/, /VIDEO_STUDIO_MODELS/);
});

test('an option beats its variable, and an empty variable counts as not set', () => {
  const environment = { VIDEO_MODEL: 'a', VIDEO_WAIT_MS: '1', VIDEO_BASE_URL: '', VIDEO_API_KEY: '  ' };
  const config = resolveConfig({ model: 'b', waitLimitMs: 2 }, environment);
  assert.deepEqual([config.model, config.waitLimitMs, config.baseUrl, config.apiKey], ['b', 2, undefined, undefined]);
});

test('a default workspace of another kind gives way to option and variable', () => {
  const defaults = { workspace: '~/Videos/video-toolset' };
  assert.equal(resolveConfig({}, {}, defaults).workspace, path.join(homedir(), 'Videos', 'video-toolset'));
  assert.equal(resolveConfig({}, { VIDEO_WORKSPACE: '/w' }, defaults).workspace, '/w');
  assert.equal(resolveConfig({ workspace: '/o' }, { VIDEO_WORKSPACE: '/w' }, defaults).workspace, '/o');
});

test('a token that could be guessed, or cannot be sent, is refused', () => {
  for (const token of ['short', 'two words that are long', 'x'.repeat(15), `${'x'.repeat(20)}\u{1f511}`])
    refuses({ mcpToken: token }, {}, /mcpToken/, /VIDEO_MCP_TOKEN/);
});

test('a base URL is taken with or without /v1, keeps an odd prefix and never doubles it', () => {
  const expected: Record<string, string> = {
    'http://host': 'http://host/v1',
    'http://host/': 'http://host/v1',
    'http://host:8000/v1': 'http://host:8000/v1',
    'http://host/v1/': 'http://host/v1',
    'http://host/v1///': 'http://host/v1',
    'https://host/openai/v1': 'https://host/openai/v1',
    'https://host/openai': 'https://host/openai/v1',
    'https://host/api/': 'https://host/api/v1',
    'https://host/v1beta': 'https://host/v1beta/v1',
    'http://[::1]:9/x': 'http://[::1]:9/x/v1',
  };
  for (const [given, wanted] of Object.entries(expected)) {
    assert.equal(baseUrlOf(given), wanted);
    assert.equal(baseUrlOf(wanted), wanted);
  }
});

test('a base URL with a query, a fragment or credentials is refused, and the credentials are not repeated', () => {
  for (const suffix of ['?a=1', '?', '#top', '#']) refuses({ baseUrl: `http://host/v1${suffix}` }, {}, /baseUrl/);
  assert.throws(
    () => baseUrlOf('http://user:hunter2@host/v1'),
    (error) => error instanceof Error && /VIDEO_API_KEY/.test(error.message) && !/hunter2/.test(error.message),
  );
});

test('OPENAI_API_KEY counts only for api.openai.com', () => {
  const keyFor = (baseUrl?: string) =>
    resolveConfig(baseUrl === undefined ? {} : { baseUrl }, { OPENAI_API_KEY: 'sk-1' }).apiKey;
  assert.equal(keyFor('https://api.openai.com'), 'sk-1');
  assert.equal(keyFor('https://API.openai.com/v1/'), 'sk-1');
  for (const other of [
    'https://api.openai.com.evil.example',
    'https://evil.example/api.openai.com',
    'http://localhost',
  ])
    assert.equal(keyFor(other), undefined);
  assert.equal(keyFor(), undefined);
  const both = { VIDEO_API_KEY: 'mine', OPENAI_API_KEY: 'sk-1' };
  assert.equal(resolveConfig({ baseUrl: 'https://api.openai.com' }, both).apiKey, 'mine');
});

test('every wrong value is refused with the names of its option and its variable', () => {
  const wrong: [keyof Options, string, string[]][] = [
    ['baseUrl', 'VIDEO_BASE_URL', ['host', 'ftp://host', 'file:///etc', 'http://']],
    ['headers', 'VIDEO_HEADERS', ['x', '[]', 'null', '{"a":1}', '{"a":"x\\ny"}', '{"a b":"x"}']],
    ['query', 'VIDEO_QUERY', ['{', '"a"', '{"a":null}']],
    ['apiKey', 'VIDEO_API_KEY', ['a\nb', 'ключ']],
    ['workspace', 'VIDEO_WORKSPACE', ['a\0b']],
    ['state', 'VIDEO_STATE', ['a\0b']],
    [
      'cdn',
      'CDN_URL',
      [
        'https://host',
        '/srv',
        'nonsense',
        'sftp:host/x',
        'sftp://host',
        'sftp:///x',
        'sftp://me:secret@host/x',
        'sftp://host/x?y',
        'sftp://host/x#y',
        'sftp://host/x%00y',
        'sftp://host/x%0ay',
        'sftp://host/x\\y',
        'sftp://host/%zz',
        'sftp://a%20b@host/x',
        's3:',
      ],
    ],
    ['cdnHostKey', 'CDN_HOST_KEY', ['MD5:aa:bb', 'SHA256:short', 'yes']],
    ['cdnPublicUrl', 'CDN_PUBLIC_URL', ['cdn.example', 'javascript:alert(1)']],
    ['approveDelete', 'VIDEO_APPROVE_DELETE', ['yes', 'NO']],
    ['requestTimeoutMs', 'VIDEO_TIMEOUT_MS', ['0', '-1', '1.5', 'soon', '1e12', 'Infinity']],
    ['pollIntervalMs', 'VIDEO_POLL_MS', ['0', '2s']],
    ['waitLimitMs', 'VIDEO_WAIT_MS', ['0', 'NaN']],
    ['agentBaseUrl', 'AGENT_BASE_URL', ['llm']],
    ['debug', 'VIDEO_DEBUG', ['yes', '2']],
  ];
  for (const [option, variable, values] of wrong) {
    for (const value of values) {
      refuses({ [option]: value }, {}, new RegExp(option), new RegExp(variable));
      refuses({}, { [variable]: value }, new RegExp(option), new RegExp(variable));
    }
    refuses({ [option]: 7.5 }, {}, new RegExp(option));
    refuses({ [option]: '' }, {}, new RegExp(option));
  }
  for (const option of ['model', 'agentModel', 'agentApiKey']) refuses({ [option]: ' ' }, {}, new RegExp(option));
});

test('an unknown option and an unknown VIDEO_ variable are refused by name, other variables are not looked at', () => {
  refuses({ basUrl: 'x' }, {}, /basUrl/, /baseUrl/);
  refuses({}, { VIDEO_BASEURL: 'x' }, /VIDEO_BASEURL/, /VIDEO_BASE_URL/);
  assert.ok(resolveConfig({}, { PATH: '/bin', AGENT_X: '1', MY_VIDEO_X: '1' }));
});

test('a state folder in the workspace is refused, one beside it is not', () => {
  refuses({ workspace: '/w', state: '/w/state' }, {}, /state/, /VIDEO_STATE/);
  refuses({ workspace: '/w', state: '/w' }, {}, /state/);
  refuses({ workspace: '/' }, { VIDEO_STATE: '/s' }, /state/);
  assert.equal(resolveConfig({ workspace: '/w', state: '/w-state' }, {}).state, '/w-state');
  assert.equal(resolveConfig({ workspace: '/w/videos', state: '/w' }, {}).state, '/w');
  assert.equal(resolveConfig({ workspace: '/w', state: '/w/../..s' }, {}).state, '/..s');
});

test('a CDN folder that is or holds the workspace or the state is refused; one in the workspace or beside it is not', () => {
  const folders = { workspace: '/w/videos', state: '/s/state' };
  for (const cdn of ['file:/w/videos', 'file:///w/videos/', 'file:/w', 'file:/', 'file:/w/videos/a/..', 'file:/s'])
    refuses({ ...folders, cdn }, {}, /cdn/, /CDN_URL/);
  for (const cdn of ['file:/w/videos/published', 'file:/w/videos-public', 'file:///srv/cdn'])
    assert.ok(resolveConfig({ ...folders, cdn }, {}), cdn);
  for (const cdn of ['file://host/share', 'file:///a%2Fb']) refuses({ ...folders, cdn }, {}, /CDN_URL/);
});

test('a CDN on another machine is kept as it was written, and lies in no folder of this one', () => {
  for (const cdn of ['sftp://deploy@media.example:2222/var/www/clips', 'sftp://alias/', 's3://bucket/clips?region=eu'])
    assert.equal(resolveConfig({ workspace: '/w', state: '/s', cdn }, {}).cdn.href, cdn);
});

test("accepted host keys are listed apart by commas or blanks; the ssh-agent is the environment's", () => {
  const [first, second] = [`SHA256:${'a'.repeat(43)}`, `SHA256:${'B'.repeat(43)}`];
  const config = resolveConfig({ cdnHostKey: `${first}, ${second}` }, { SSH_AUTH_SOCK: '/run/agent' });
  assert.deepEqual(config.cdnHostKeys, [first, second]);
  assert.equal(config.sshAgent, '/run/agent');
});

test('a password of an address is refused without being shown', () => {
  refuses({ cdn: 'sftp://me:hunter2hunter2@host/x' }, {}, /password/, /^(?!.*hunter2)/s);
});

test('links do not hide that a folder lies in another one', async () => {
  await using folder = await temporaryFolder();
  const at = (...names: string[]) => path.join(folder.path, ...names);
  await mkdir(at('videos'));
  await symlink(at('videos'), at('elsewhere'));
  await symlink(folder.path, at('videos', 'published'));
  refuses({ workspace: at('videos'), state: at('elsewhere', 'not', 'yet') }, {}, /VIDEO_STATE/);
  refuses({ workspace: at('elsewhere'), state: at('videos', 'state') }, {}, /VIDEO_STATE/);
  refuses({ workspace: at('videos'), state: '/s', cdn: `file:${at('elsewhere')}` }, {}, /CDN_URL/);
  refuses({ workspace: at('videos'), state: '/s' }, {}, /CDN_URL/);
});

test('the state folder follows XDG_STATE_HOME where that is absolute', () => {
  assert.equal(resolveConfig({}, { XDG_STATE_HOME: '/x' }).state, '/x/video-toolset');
  assert.match(resolveConfig({}, { XDG_STATE_HOME: 'relative' }).state, /\.local/);
});

test('the caller keeps its options as they were', () => {
  const headers = Object.freeze({ a: 'b' });
  const options = Object.freeze({ headers, baseUrl: 'http://h/' });
  assert.notEqual(resolveConfig(options, {}).headers, headers);
});

test('the secrets of a configuration are its keys and the credentials in headers and query', () => {
  const config = resolveConfig(
    {
      apiKey: KEY,
      agentApiKey: 'key-2',
      headers: { 'X-Api-Key': 'key-3', Authorization: 'Bearer key-4', 'x-team': 'red' },
      query: { code: 'plain', 'api-key': 'key-5' },
    },
    {},
  );
  const secrets = secretsOf(config);
  for (const secret of [KEY, 'key-2', 'key-3', 'Bearer key-4', 'key-5']) assert.ok(secrets.includes(secret), secret);
  assert.ok(!secrets.includes('red'));
});
