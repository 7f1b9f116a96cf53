import assert from 'node:assert/strict';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { picture } from '../support/media.ts';
import { answerJson, listen } from '../support/server.ts';
import { errorOf, freeError, openTools } from './support.ts';

const WRONG: Record<string, readonly unknown[]> = {
  video_produce: [
    {},
    null,
    { prompt: '' },
    { seconds: 8 },
    { prompt: 'x', variation: 0 },
    { key: '' },
    { prompt: 'x', max_seconds: 0 },
  ],
  video_create: [
    undefined,
    null,
    {},
    'a boat',
    [],
    42,
    { prompt: '' },
    { prompt: ' \n\t ' },
    { prompt: null },
    { prompt: {} },
    { prompt: ['a'] },
    { prompt: true },
    { prompt: 'x'.repeat(32_001) },
    { prompt: 'x', seconds: -4 },
    { prompt: 'x', seconds: 0 },
    { prompt: 'x', seconds: '0' },
    { prompt: 'x', seconds: 4.5 },
    { prompt: 'x', seconds: '4.5' },
    { prompt: 'x', seconds: 'four' },
    { prompt: 'x', seconds: '' },
    { prompt: 'x', seconds: 601 },
    { prompt: 'x', seconds: Number.NaN },
    { prompt: 'x', seconds: Number.POSITIVE_INFINITY },
    { prompt: 'x', seconds: [8] },
    { prompt: 'x', size: '12x' },
    { prompt: 'x', size: '0x0' },
    { prompt: 'x', size: '1280X720' },
    { prompt: 'x', size: 'landscape' },
    { prompt: 'x', model: ' ' },
    { prompt: 'x', input_reference: '' },
    { prompt: 'x', size: '99999x99999', input_reference: 'whole.png' },
    { prompt: 'x', characters: [1] },
    { prompt: 'x', characters: {} },
    { prompt: 'x', characters: 'char_1,char_2' },
    { arguments: { prompt: 'x' } },
    '',
    'null',
    { prompt: 'x', fps: 24 },
    { prompt: 'x', toString: null },
    { prompt: 'x', constructor: 'y' },
    JSON.parse('{"prompt":"x","__proto__":{"seconds":8}}'),
    '{"prompt":"x","__proto__":null}',
    '{"prompt":""}',
    '{"prompt":',
  ],
  video_wait: [
    {},
    { ids: [] },
    { ids: [1] },
    { ids: [null] },
    { ids: {} },
    { ids: '' },
    { ids: 'video_1,video_2' },
    { input: { ids: ['a'] } },
    { ids: ['a'], max_seconds: 0 },
    { ids: ['a'], max_seconds: -1 },
    { ids: ['a'], max_seconds: 1.5 },
    { ids: ['a'], max_seconds: 3_601 },
    { ids: Array.from({ length: 101 }, (_, index) => `video_${index}`) },
    { id: 'a' },
    { ids: ['../x'] },
    { ids: ['%2e%2e'] },
    { ids: ['video_1', 'a b'] },
  ],
  video_retrieve: [
    {},
    { id: '' },
    { id: null },
    { id: {} },
    { id: '../x' },
    { id: '..' },
    { id: '%2e%2e' },
    { id: 'a b' },
  ],
  video_list: [{ limit: 0 }, { limit: 101 }, { limit: 'many' }, { order: 'newest' }, { after: '' }, { page: 2 }, [1]],
  video_download: [
    {},
    { id: '../x' },
    { id: '%252e%252e/x' },
    { id: 'a', variant: 'audio' },
    { id: 'a', name: '' },
    { id: 'a', name: 'x'.repeat(201) },
    { id: 'a', name: '../out' },
    { id: 'a', name: '/tmp/out' },
    { id: 'a', name: '.hidden' },
    { id: 'a', name: 'published/mine' },
    { id: 'a', name: 'nul\0' },
    { id: 'a', overwrite: 'perhaps' },
  ],
  video_remix: [
    {},
    { id: 'a' },
    { prompt: 'x' },
    { id: 'a', prompt: ' ' },
    { id: '../x', prompt: 'x' },
    { id: 'a', prompt: 'x', variation: 0 },
    { id: 'a', prompt: 'x', seconds: 4 },
  ],
  video_edit: [
    {},
    { video: 'a' },
    { video: 'a', prompt: '' },
    { video: '%2e%2e', prompt: 'x' },
    { video: 'a b', prompt: 'x' },
    { video: '../secret.png', prompt: 'x' },
    { video: '/etc/hostname', prompt: 'x' },
    { video: '~/clip.mp4', prompt: 'x' },
    { video: '.hidden.mp4', prompt: 'x' },
    { video: 'not-there.mp4', prompt: 'x' },
    { video: 'empty.mp4', prompt: 'x' },
    { video: 'picture.mp4', prompt: 'x' },
  ],
  video_extend: [
    { video: 'a', prompt: 'x' },
    { video: 'a', prompt: 'x', seconds: 0 },
    { video: 'a', prompt: 'x', seconds: 'four' },
    { video: 'folder-out/secret.mp4', prompt: 'x', seconds: 4 },
  ],
  video_character_create: [
    {},
    { video: 'whole.png', name: 'x' },
    { video: 'text.png', name: 'x' },
    { video: 'folder', name: 'x' },
    { video: '../secret.png', name: 'x' },
    { video: 'empty.mp4', name: '' },
    { video: 'empty.mp4', name: 'x'.repeat(81) },
  ],
  video_character_retrieve: [{}, { id: '' }, { id: '../x' }, { id: '%2e%2e' }, { id: 'a b' }],
  video_delete: [{}, { id: '' }, { id: '../x' }, { id: '%2e%2e' }, { id: 'a', yes: true }, { id: 'a', approved: true }],
  cdn_upload: [
    {},
    { path: '' },
    { path: ' ' },
    { path: 3.5, key: 'x' },
    { path: '../secret.png' },
    { path: '/etc/hostname' },
    { path: '.hidden.png' },
    { path: '.cache/inner.png' },
    { path: 'leads-out.png' },
    { path: 'folder-out/secret.png' },
    { path: 'published/old.png' },
    { path: 'not-there.mp4' },
    { path: 'text.png' },
    { path: 'empty.mp4' },
    { path: 'folder' },
    { path: 'clip\n.mp4' },
    { path: 'x'.repeat(300) },
  ],
  cdn_list: [{ limit: 0 }, { limit: 1.5 }, { limit: 101 }, { prefix: {} }, { prefix: [] }, { folder: 'x' }],
};

const REFERENCES: Record<string, string> = {
  '../secret.png': 'outside_workspace',
  '/etc/hostname': 'outside_workspace',
  '.hidden.png': 'outside_workspace',
  '.cache/inner.png': 'outside_workspace',
  'leads-out.png': 'outside_workspace',
  'folder-out/secret.png': 'outside_workspace',
  'published/old.png': 'outside_workspace',
  'not-there.png': 'file_not_found',
  folder: 'invalid_argument',
  'text.png': 'invalid_media',
  'cut.png': 'invalid_media',
  'cut.jpg': 'invalid_media',
  'cut.webp': 'invalid_media',
  'corrupt.png': 'invalid_media',
  'empty.mp4': 'invalid_media',
};

/** A workspace with everything in it that must not be reached or used. */
async function fillWorkspace(workspace: string): Promise<void> {
  const png = picture('image/png');
  const corrupt = Buffer.from(png);
  corrupt.writeUInt8(corrupt.readUInt8(45) ^ 0xff, 45);
  const inside = (name: string) => path.join(workspace, name);
  await writeFile(path.join(workspace, '..', 'secret.png'), png);
  for (const folder of ['.cache', 'published', 'folder']) await mkdir(inside(folder));
  await writeFile(inside('.hidden.png'), png);
  await writeFile(inside('.cache/inner.png'), png);
  await writeFile(inside('published/old.png'), png);
  await writeFile(inside('whole.png'), png);
  await writeFile(inside('picture.mp4'), png);
  await writeFile(inside('text.png'), 'no picture at all');
  await writeFile(inside('empty.mp4'), '');
  await writeFile(inside('corrupt.png'), corrupt);
  await writeFile(inside('cut.png'), png.subarray(0, png.length - 20));
  for (const type of ['jpeg', 'webp'] as const) {
    const bytes = picture(`image/${type}`, 64, 64);
    await writeFile(inside(type === 'jpeg' ? 'cut.jpg' : 'cut.webp'), bytes.subarray(0, Math.floor(bytes.length / 2)));
  }
  await symlink('../secret.png', inside('leads-out.png'));
  await symlink('..', inside('folder-out'));
}

test('wrong input is an error that costs nothing: no request is made and no file is written', async () => {
  await using server = await listen((_request, response) => answerJson(response, { id: 'video_1', status: 'queued' }));
  await using tools = await openTools({ baseUrl: server.baseUrl });
  await fillWorkspace(tools.workspace);
  await tools.runtime.ledger();
  const before = (await readdir(tools.folder, { recursive: true })).sort();

  for (const [tool, inputs] of Object.entries(WRONG)) {
    for (const input of inputs) {
      const label = `${tool} ${JSON.stringify(input)?.slice(0, 80)}`;
      const error = freeError(await tools.call(tool, input));
      assert.match(error.code, /^(invalid_argument|outside_workspace|file_not_found|invalid_media)$/, label);
      assert.ok(error.message.length < 600, label);
      assert.ok(!error.message.includes(tools.folder), `${label} shows a path of this machine`);
    }
  }
  for (const [input_reference, code] of Object.entries(REFERENCES)) {
    const error = freeError(await tools.call('video_create', { prompt: 'A boat', input_reference }));
    assert.equal(error.code, code, input_reference);
    if (code !== 'invalid_argument') assert.ok(error.next_step, input_reference);
  }

  assert.deepEqual(server.received, []);
  assert.deepEqual((await readdir(tools.folder, { recursive: true })).sort(), before);
});

test('a wrong argument is named, with the arguments that the tool takes', async () => {
  await using tools = await openTools({ baseUrl: 'http://127.0.0.1:9' });
  const messageOf = async (input: unknown) => freeError(await tools.call('video_create', input)).message;

  assert.match(await messageOf({ prompt: 'x', fps: 24 }), /no parameter "fps"/);
  assert.match(await messageOf({ seconds: 8 }), /prompt is missing/);
  assert.match(await messageOf({ prompt: 'x', seconds: -4, size: '12x' }), /seconds must be >= 1; size does not have/);
  assert.match(await messageOf({ prompt: 'x', size: 'portrait' }), /size .* needs: 1280x720 is landscape, 720x1280/);
  assert.match(await messageOf({ prompt: 'x', characters: 'a, b' }), /characters must be a list, such as \["…", "…"\]/);
  const { next_step } = freeError(await tools.call('video_create', {}));
  assert.match(next_step ?? '', /call video_create again.*prompt, seconds, size, model, input_reference/);
});

test('an endless argument gives a short message', async () => {
  await using tools = await openTools({ baseUrl: 'http://127.0.0.1:9' });
  const many = Array.from({ length: 5_000 }, () => 1);
  const inputs = [{ ids: many }, { ids: ['a'], ['x'.repeat(100_000)]: 1 }, { ids: [`${'../'.repeat(9_000)}x`] }];
  for (const input of inputs) {
    const { message } = freeError(await tools.call('video_wait', input));
    assert.ok(message.length < 2_000, `${message.length} characters`);
  }
});

test('arguments as models write them are understood', async () => {
  await using server = await listen((_request, response) =>
    answerJson(response, { id: `video_${server.received.length}`, status: 'queued' }),
  );
  await using tools = await openTools({ baseUrl: server.baseUrl });
  const input = Object.freeze({
    prompt: ' A boat ',
    seconds: '8',
    size: ' 1280x720 ',
    model: null,
    input_reference: null,
  });
  const inputs = [
    [input, 'A boat'],
    [JSON.stringify({ ...input, prompt: 'A tram ' }), 'A tram'],
    [{ prompt: 'A cart', seconds: 8.0, size: '1280x720' }, 'A cart'],
  ] as const;
  for (const [each, prompt] of inputs) {
    const { data } = await tools.call('video_create', each);
    assert.equal(data.jobs?.[0]?.id, `video_${server.received.length}`);
    const body: unknown = JSON.parse(server.received.at(-1)?.body.toString() ?? '');
    assert.deepEqual(body, { prompt, seconds: '8', size: '1280x720' });
  }
  assert.equal(server.received.length, inputs.length);
});

test('an id that nobody knows is not found, and nothing is saved', async () => {
  await using server = await listen((_request, response) =>
    answerJson(response, { error: { message: 'No such video', code: 'not_found' } }, 404),
  );
  await using tools = await openTools({ baseUrl: server.baseUrl });
  for (const [tool, input] of [
    ['video_retrieve', { id: 'video_x' }],
    ['video_wait', { ids: ['video_x'] }],
    ['video_download', { id: 'video_x' }],
    ['video_delete', { id: 'video_x' }],
    ['video_remix', { id: 'video_x', prompt: 'x' }],
    ['video_edit', { video: 'video_x', prompt: 'x' }],
    ['video_extend', { video: 'video_x', prompt: 'x', seconds: 4 }],
    ['video_character_retrieve', { id: 'char_x' }],
  ] as const) {
    assert.equal(errorOf(await tools.call(tool, input)).code, 'not_found', tool);
  }
  assert.ok(server.received.every(({ method }) => method === 'GET'));
  assert.deepEqual(await readdir(tools.workspace), []);
});

test('a server that is not there is unreachable: nothing was submitted, and the call may be made again', async () => {
  const gone = await listen(() => undefined);
  await gone[Symbol.asyncDispose]();
  await using tools = await openTools({ baseUrl: gone.baseUrl });
  for (const [tool, input] of [
    ['video_create', { prompt: 'A boat' }],
    ['video_retrieve', { id: 'video_1' }],
    ['video_list', {}],
    ['video_download', { id: 'video_1' }],
    ['video_delete', { id: 'video_1' }],
  ] as const) {
    const error = freeError(await tools.call(tool, input));
    assert.equal(error.code, 'server_unreachable', tool);
    assert.equal(error.retryable, true);
    assert.match(error.next_step ?? '', /VIDEO_BASE_URL/);
  }
});

test('no input makes a tool throw', async () => {
  await using server = await listen((_request, response) =>
    answerJson(response, { id: 'video_1', status: 'queued', data: [] }),
  );
  await using tools = await openTools({ baseUrl: server.baseUrl, waitLimitMs: 1 });
  const random = seeded(20_261_121);
  for (let round = 0; round < 400; round++) {
    const tool = tools.tools[Math.floor(random() * tools.tools.length)];
    assert.ok(tool);
    const input = randomInput(random, Object.keys(tool.parameters.properties));
    const result = await tools.call(tool.name, input);
    assert.equal(typeof result.summary, 'string');
    assert.equal(result.isError === true, result.data.error !== undefined, inspect(input));
    assert.notEqual(result.data.error?.code, 'internal', `${tool.name} ${inspect(input)}: ${result.summary}`);
  }
});

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ODD_VALUES: readonly unknown[] = [
  undefined,
  null,
  '',
  ' ',
  '\0',
  '../..',
  '%2e%2e',
  '\ud800',
  'ｘ',
  '🛶'.repeat(50),
  'x'.repeat(40_000),
  'a/b',
  '8',
  '-1',
  '1e9',
  '[',
  '["a"]',
  '{"a":1}',
  0,
  -1,
  1.5,
  8,
  2 ** 53,
  Number.NaN,
  true,
  false,
  [],
  ['a', 'a'],
  [[]],
  [undefined],
  {},
  10n,
  Symbol('s'),
  () => 1,
  new Date(0),
  new Map(),
  Object.create(null),
  '1280x720',
  'video_1',
];

function randomInput(random: () => number, names: string[]): unknown {
  const pick = () => ODD_VALUES[Math.floor(random() * ODD_VALUES.length)];
  if (random() < 0.15) return pick();
  const all = [...names, 'id', '__proto__', 'toString', ''];
  const entries = all.filter(() => random() < 0.4).map((name) => [name, pick()] as const);
  return Object.fromEntries(entries);
}
