import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.join(import.meta.dirname, '..');

/** Rooms from the top down: a room imports from rooms below it, and from itself. */
const LEVELS: readonly (readonly string[])[] = [
  ['agents', 'lib/cli', 'lib/plugin', 'lib/index'],
  ['lib/adapters', 'lib/mcp'],
  ['lib/runtime'],
  ['lib/host', 'lib/studio'],
  ['lib/tools'],
  ['lib/production'],
  ['lib/api', 'lib/cdn', 'lib/ledger'],
  ['lib/media', 'lib/workspace', 'lib/sqlite'],
  [
    ...['lib/bearer', 'lib/config', 'lib/controls', 'lib/errors', 'lib/foreign', 'lib/hostNames'],
    ...['lib/log', 'lib/slug', 'lib/version'],
  ],
  ['types'],
];
/** Rooms beside each other that know nothing of each other, though they stand on different levels or share one. */
const STRANGERS = [
  ['lib/host', 'lib/studio'],
  ['lib/studio', 'lib/tools'],
  ['lib/studio', 'lib/api'],
  ['lib/studio', 'lib/cdn'],
  ['lib/api', 'lib/cdn'],
  ['lib/ledger', 'lib/api'],
  ['lib/ledger', 'lib/cdn'],
  ['lib/ledger', 'lib/studio'],
];
const ONLY_STARTED_BY = ['lib/runtime', 'lib/cli', 'lib/studio'];

const sources = ['lib', 'agents', 'types'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.split(path.sep).join('/')}`),
);

function roomOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  return first === 'lib' ? `lib/${second.replace(/\.ts$/, '')}` : first;
}

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const named = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) => name);
  return named.filter((name) => name.startsWith('.')).map((name) => path.posix.join(path.posix.dirname(file), name));
}

const edges = sources.flatMap((file) =>
  importsOf(file).map((target) => ({ file, target, from: roomOf(file), to: roomOf(target) })),
);

test('every source file lies in a room that the list of levels knows', () => {
  const known = LEVELS.flat();
  assert.deepEqual(
    sources.filter((file) => !known.includes(roomOf(file))),
    [],
  );
  assert.ok(edges.length > 100, 'imports are found at all');
});

test('imports point one way: down, never back', () => {
  const levelOf = (room: string) => LEVELS.findIndex((rooms) => rooms.includes(room));
  const upward = edges.filter(({ from, to }) => from !== to && levelOf(to) < levelOf(from));
  assert.deepEqual(upward, []);
});

test('rooms that stand beside each other do not know each other', () => {
  const sideways = edges.filter(({ from, to }) =>
    STRANGERS.some((pair) => from !== to && pair.includes(from) && pair.includes(to)),
  );
  assert.deepEqual(sideways, []);
});

test('only the runtime and the command line start the studio', () => {
  const starters = edges.filter(({ from, to }) => to === 'lib/studio' && !ONLY_STARTED_BY.includes(from));
  assert.deepEqual(starters, []);
});

test('only lib/config.ts reads process.env', () => {
  const readers = sources.filter((file) => /process\.env\b/.test(readFileSync(path.join(root, file), 'utf8')));
  // The render child inherits the environment and adds one setting for its memory allocator.
  assert.deepEqual(
    readers.filter((file) => !file.startsWith('lib/studio/engines/animatic/')),
    ['lib/config.ts'],
  );
});

test('importing lib/index.ts loads undici, ajv and mime-types and no other package', () => {
  const script = `
    import { registerHooks } from 'node:module';
    const packages = new Set();
    registerHooks({ load(url, context, next) {
      const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)\\/(?!.*node_modules)/.exec(url)?.[1];
      if (name) packages.add(name);
      return next(url, context);
    } });
    await import('./lib/index.ts');
    console.log(JSON.stringify([...packages].sort()));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(stderr.replace(/^.*ExperimentalWarning.*\n.*\n/gm, ''), '');
  const OWN_NEEDS = ['fast-deep-equal', 'fast-uri', 'json-schema-traverse', 'mime-db'];
  const loaded: string[] = JSON.parse(stdout);
  assert.deepEqual(
    loaded.filter((name) => !OWN_NEEDS.includes(name)),
    ['ajv', 'mime-types', 'undici'],
  );
});
