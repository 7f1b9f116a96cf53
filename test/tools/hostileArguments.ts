import fc from 'fast-check';
import type { ParameterSchema, ParametersSchema } from '../../types/tool.ts';

/** Names of files: two that may be used, and what must not be reached. */
const FILES = [
  ...['boat.mp4', 'boat.png', './boat.mp4', 'folder/../boat.mp4'],
  ...['../secret.mp4', 'leads-out.mp4', 'folder-out/secret.mp4', '.hidden.mp4', '.cache/inner.mp4', 'folder'],
  ...['/etc/passwd', '/etc/passwd.mp4', '~/secret.mp4', 'file:///etc/passwd', '..\\secret.mp4', 'C:\\secret.mp4'],
  ...['published/old.mp4', 'published', 'text.mp4', 'empty.mp4', 'not-there.mp4', 'boat.mp4/..', '%2e%2e/secret.mp4'],
  ...['boat.mp4\0.png', `${'../'.repeat(40)}etc/passwd`, `${'x'.repeat(300)}.mp4`, '', '.', '..', ' '],
];
/** Keys of files that are published. */
export const PUBLISHED = Array.from({ length: 20 }, (_, index) => `old-${index}.mp4`);
/** Ids of jobs and characters, keys of clips, and what is neither. */
const IDS = [
  ...['video_1', 'video_2', 'char_1', 'dmlkZW8=', 'clip-0123456789ab', 'clip-0123456789ab-2', 'clip-'],
  ...['..', '.', '../video_1', '%2e%2e', '%252e%252e/x', 'a/b', 'a b', 'video_1\n', 'video_1?x=1', 'video_1#x'],
  ...['/videos', '\ud800', '\u202e1', 'x'.repeat(2_000), '', '__proto__'],
];
const TEXTS = ['A boat', ' A boat ', '', ' ', '\0', '🛶', '\ud800', '[lost]', 'x'.repeat(33_000), '{"a":1}', 'null'];
const ADDRESSES = ['https://example.com/a.png', 'data:image/png;base64,AAAA', 'http://169.254.169.254/', 'ftp://x/y'];
const SIZES = ['1280x720', ' 720x1280 ', '0x0', '1280X720', '99999x99999', '1x1', '12x', '1280x720\n', '-1x5'];
const NUMBERS = [0, 1, 4, 8, 100, 101, 600, 601, -1, 1.5, 1e9, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY];
const NUMERIC_TEXTS = ['8', '4.0', ' 8 ', '-1', '1e9', '0x10', 'four', ''];
const OTHER: readonly unknown[] = [
  ...[null, undefined, true, false, 'true', [], {}, [[]], [null], ['a', 1], { a: { b: 1 } }, new Date(0), new Map()],
  ...[10n, Symbol('s'), () => 1, Object.create(null), '[', '["video_1"]', '["video_1","../x"]'],
];

const from = (values: readonly unknown[]) => fc.constantFrom(...values);
const textFor = fc.oneof(
  { weight: 4, arbitrary: from(IDS) },
  { weight: 4, arbitrary: from(FILES) },
  { weight: 4, arbitrary: from(TEXTS) },
  { weight: 1, arbitrary: from([...ADDRESSES, ...SIZES]) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

/** A value of the right kind more often than not, by the name of its parameter. */
function valueFor(name: string, schema: ParameterSchema): fc.Arbitrary<unknown> {
  const likely = likelyFor(name, schema);
  return fc.oneof(
    { weight: 8, arbitrary: from(plainFor(name, schema)) },
    { weight: 6, arbitrary: likely },
    { weight: 1, arbitrary: textFor },
    { weight: 1, arbitrary: from(OTHER) },
  );
}

/** What a careful model sends. */
function plainFor(name: string, schema: ParameterSchema): readonly unknown[] {
  switch (schema.type) {
    case 'integer':
    case 'number':
      return [1, 4, 8, '8'];
    case 'boolean':
      return [true, false];
    case 'array':
      return [['video_1'], ['video_1', 'video_2'], 'video_3', []];
    case 'string':
      if (schema.enum !== undefined) return schema.enum;
      if (name === 'size') return ['1280x720', '720x1280'];
      if (name === 'prompt') return ['A boat', 'A boat at night', 'A tram'];
      if (name === 'name') return ['Mossy', 'my clip'];
      if (name === 'key') return PUBLISHED;
      return name === 'path' || name === 'input_reference' ? ['boat.png', 'boat.mp4'] : ['video_1', 'boat.mp4'];
  }
}

function likelyFor(name: string, schema: ParameterSchema): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'integer':
    case 'number':
      return from([...NUMBERS, ...NUMERIC_TEXTS, 1, 4, 8, 4, 8]);
    case 'boolean':
      return from([true, false, 'true', 'perhaps']);
    case 'array':
      return fc.array(from([...IDS, 'video_1', 'video_2', 'video_3']), { maxLength: 3 });
    case 'string':
      if (schema.enum !== undefined) return from([...schema.enum, `${schema.enum[0]} `, 'other']);
      if (name === 'size') return from(SIZES);
      if (name === 'prompt') return from([...TEXTS, ...TEXTS.slice(0, 2), 'A boat at night']);
      if (name === 'name') return from([...FILES, 'Mossy', 'my clip', 'folder/clip']);
      if (name === 'input_reference') return from([...FILES, ...ADDRESSES]);
      if (name === 'video' || name === 'key') return from([...FILES, ...IDS]);
      return name === 'path' ? from(FILES) : from(IDS);
  }
}

const EXTRA = ['__proto__', 'constructor', 'toString', '', 'approved', 'yes', 'session', 'prompt ', 'id'];

/** Arguments of a tool: what a careful model sends, what a careless one does, and what an attacker would. */
export function argumentsFor(parameters: ParametersSchema): fc.Arbitrary<unknown> {
  const properties = Object.entries(parameters.properties).map(([name, schema]) => {
    const isGiven = parameters.required.includes(name) ? { weight: 12, arbitrary: fc.constant(true) } : undefined;
    const given = fc.oneof(...(isGiven ? [isGiven] : []), { weight: 1, arbitrary: fc.boolean() });
    return fc.tuple(fc.constant(name), given, valueFor(name, schema));
  });
  const known = fc
    .tuple(...properties)
    .map((entries) => entries.flatMap(([name, isGiven, value]) => (isGiven ? [[name, value] as const] : [])));
  const extra = fc.oneof(
    { weight: 9, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.tuple(from(EXTRA).map(String), from(OTHER)).map((entry) => [entry]) },
  );
  const record = fc.tuple(known, extra).map(([entries, more]) => Object.fromEntries([...entries, ...more]));
  return fc.oneof(
    { weight: 10, arbitrary: record },
    { weight: 1, arbitrary: record.map(textOf) },
    { weight: 1, arbitrary: from([...OTHER, ...TEXTS, 42, '{"prompt":', '{"__proto__":null}']) },
  );
}

/** As some models send them. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_name, entry) => (typeof entry === 'bigint' ? String(entry) : entry));
}
