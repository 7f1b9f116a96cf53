import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { loadToolset } from '../../lib/host/loadToolset.ts';
import { temporaryFolder } from '../support/temporary.ts';

const OURS = pathToFileURL(path.join(import.meta.dirname, '../../lib/index.ts')).href;

/** The source of one tool, whose handler is this. */
const tool = (name: string, run: string) =>
  `{ name: '${name}', description: 'Says it.', parameters: { type: 'object', properties: {} }, run: ${run} }`;
const SAYS = `async (input, context) => ({ summary: input.word + ' ' + context.session, data: {} })`;

/** A folder with these files. */
async function folderOf(files: Record<string, string>) {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries({ 'package.json': '{"type":"module"}', ...files })) {
    await mkdir(path.dirname(path.join(folder.path, name)), { recursive: true });
    await writeFile(path.join(folder.path, name), text);
  }
  return folder;
}

for (const [what, name, files] of [
  ['an array of tools', './tools.js', { 'tools.js': `export default [${tool('word_say', SAYS)}];` }],
  ['TypeScript', 'tools.ts', { 'tools.ts': `const a: unknown[] = [${tool('word_say', SAYS)}]; export default a;` }],
  ['a function', './tools.js', { 'tools.js': `export default () => [${tool('word_say', SAYS)}];` }],
  ['a CommonJS module', './tools.cjs', { 'tools.cjs': `module.exports = [${tool('word_say', SAYS)}];` }],
  [
    'a promise of a ToolSet',
    './tools.js',
    {
      'tools.js': `import { ToolSet } from '${OURS}';
        export default async () => new ToolSet().add('word_say', 'Says it.', { type: 'object' }, ${SAYS});`,
    },
  ],
  [
    "another copy's ToolSet",
    './tools.js',
    {
      'tools.js': `const one = ${tool('word_say', SAYS)};
        export default { definitions: () => [one], call: (name, ...rest) => (name === one.name ? one.run(...rest) : 0) };`,
    },
  ],
  [
    'a package that only modules can import',
    '@maker/tools',
    {
      'node_modules/@maker/tools/package.json': '{"type":"module","exports":{"import":"./main.js"}}',
      'node_modules/@maker/tools/main.js': `export default [${tool('word_say', SAYS)}];`,
    },
  ],
] as const) {
  test(`tools come from ${what}`, async () => {
    await using folder = await folderOf(files);
    const toolset = await loadToolset(name, folder.path);
    const definitions = toolset.definitions().map((definition) => `${definition.name}: ${definition.description}`);
    assert.deepEqual(definitions, ['word_say: Says it.']);
    const result = await toolset.call('word_say', { word: 'hello' }, { session: 'here' });
    assert.deepEqual(result, { summary: 'hello here', data: {} });
  });
}

test('a toolset is loaded by its absolute path, too', async () => {
  await using folder = await folderOf({ 'tools.js': 'export default [];' });
  assert.deepEqual((await loadToolset(path.join(folder.path, 'tools.js'), '/')).definitions(), []);
});

for (const [what, source, message] of [
  ['no default export', 'export const tools = [];', /tools\.js cannot be used: it has no default export\./],
  ['a mistake in its code', 'export default [', /failed while it was loaded: Unexpected/],
  ['code that throws', `throw new Error('no paper'); export default [];`, /failed while it was loaded: no paper\./],
  ['a package that is missing', `import 'none-of-that'; export default [];`, /while it was loaded: .*none-of-that/],
  ['a function that fails', `export default async () => { throw new Error('no ink'); };`, /cannot be used: no ink\./],
  ['something else', 'export default 7;', /no ToolSet, no array of tools, and no function/],
  ['a tool without a description', `export default [{ name: 'a', parameters: {} }];`, /tool number 1 needs a name/],
  [
    'parameters that are no object',
    `export default [{ name: 'a', description: 'b', parameters: [] }];`,
    /type "object"/,
  ],
  ['a tool that cannot be run', `export default [${tool('a', '1')}];`, /its tool a has no function "run"/],
  ['a name that is none', `export default [${tool('a b', SAYS)}];`, /"a b" is not a tool name: .*-\.$/],
  ['a name twice', `export default [${tool('a', SAYS)}, ${tool('a', SAYS)}];`, /There is a tool a already/i],
] as const) {
  test(`a toolset with ${what} is refused, and says so`, async () => {
    await using folder = await folderOf({ 'tools.js': source });
    await assert.rejects(loadToolset('./tools.js', folder.path), { code: 'invalid_configuration', message });
  });
}

for (const name of ['./none.js', '/none.js', '../none', 'none', '@maker/none', '.', '', 'none?']) {
  test(`a toolset that is not there (${JSON.stringify(name)}) is told by its name`, async () => {
    await using folder = await folderOf({});
    await assert.rejects(loadToolset(name, folder.path), {
      code: 'invalid_configuration',
      message: /^The toolset .* cannot be used: there is no such/s,
    });
  });
}

for (const [what, value, message] of [
  ['nothing', 'undefined', /^The tool odd returned neither { summary, data } nor a text\.$/],
  ['a list', '({ summary: "", data: [1] })', /neither/],
  ['a number that is too large for JSON', '({ summary: "", data: { size: 10n } })', /data that is no JSON/],
  [
    'a circle',
    '(() => { const data = {}; data.data = data; return { summary: "", data }; })()',
    /data that is no JSON/,
  ],
  ['more than a model is told', '"x".repeat(50_000_000)', /returned 50000002 characters, where 200000 are the most/],
] as const) {
  test(`a tool that returns ${what} has run, and what it did is not known`, async () => {
    await using folder = await folderOf({ 'tools.js': `export default [${tool('odd', `async () => ${value}`)}];` });
    const { isError, data } = await (await loadToolset('./tools.js', folder.path)).call('odd', {});
    assert.deepEqual([isError, data.error?.code, data.error?.submitted], [true, 'invalid_response', 'unknown']);
    assert.match(data.error?.message ?? '', message);
  });
}

test('what another copy of this package throws says as much as our own errors', async () => {
  const foreign = `class VideoToolsetError extends Error {
      name = 'VideoToolsetError'; code = 'over_budget'; facts = { billed: 'no', next_step: 'Ask the user.' };
    }`;
  const throws = (what: string) => `async () => { throw ${what}; }`;
  await using folder = await folderOf({
    'tools.js': `${foreign} export default [
      ${tool('known', throws(`new VideoToolsetError('Too dear.')`))}, ${tool('plain', throws(`new Error('It broke.')`))},
      ${tool('silent', 'async () => undefined')}, ${tool('sync', `() => { throw new Error('At once.'); }`)}];`,
  });
  const toolset = await loadToolset('./tools.js', folder.path);
  const errorOf = async (name: string) => (await toolset.call(name, {})).data.error;
  const known = await errorOf('known');
  assert.deepEqual([known?.code, known?.message, known?.next_step], ['over_budget', 'Too dear.', 'Ask the user.']);
  assert.match((await errorOf('plain'))?.message ?? '', /It broke\./);
  assert.match((await errorOf('sync'))?.message ?? '', /At once\./);
  assert.deepEqual(
    [(await errorOf('silent'))?.code, (await errorOf('silent'))?.message],
    ['invalid_response', 'The tool silent returned neither { summary, data } nor a text.'],
  );
});
