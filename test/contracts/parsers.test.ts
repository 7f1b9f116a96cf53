import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { addressesOf, inlineBytesOf } from '../../lib/api/elsewhere.ts';
import {
  isFinal,
  parseCharacter,
  parseDeleted,
  parseErrorBody,
  parseVideo,
  parseVideoList,
} from '../../lib/api/parse.ts';
import { retryAfterMs } from '../../lib/api/retry.ts';
import { VideoToolsetError } from '../../lib/errors.ts';

const RUNS = { numRuns: 1_000 };
/** Far more levels than the stack has room for; V8 parses them all the same. */
const DEEP = 8_000;
const SERVER_PATHS = ['file_path', 'file_paths', 'output_path'];
const END_WORDS = [
  ...['completed', 'complete', 'succeeded', 'success', 'succeed', 'done', 'finished'],
  ...['failed', 'failure', 'error', 'rejected', 'moderation_blocked'],
  ...['cancelled', 'canceled', 'deleted', 'expired'],
];
const KNOWN_NAMES = [
  ...['id', 'request_id', 'task_id', 'video_id', 'status', 'progress', 'model', 'prompt', 'seconds', 'duration'],
  ...['size', 'created_at', 'created', 'completed_at', 'expires_at', 'remixed_from_video_id', 'error', 'name'],
  ...['data', 'videos', 'deleted', 'has_more', 'last_id', 'detail', 'loc', 'msg', 'message', 'code', 'type', 'param'],
  ...['url', 'video_url', 'video', 'output', 'outputs', 'metadata', 'urls', 'unsigned_urls', 'b64_json'],
];
const HOSTILE_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'toJSON', 'length', ''];

/** UTF-16 code units, so halves of pairs stand alone. */
const text = fc.oneof(
  fc.string(),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('__proto__', '\ud800', '<'.repeat(200), '%', '1e400', '-1', ' ', '/srv/clips/a.mp4', '9'.repeat(400)),
);
const number = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, -1, 101, 2 ** 53, 1e308, -1e308, Number.POSITIVE_INFINITY, 5e-324),
);
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...KNOWN_NAMES) },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE_NAMES) },
  { weight: 2, arbitrary: fc.constantFrom(...SERVER_PATHS) },
  { weight: 1, arbitrary: text },
);

const { value: tree, record } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    { weight: 4, arbitrary: fc.oneof(text, number, fc.boolean(), fc.constant(null)) },
    { weight: 3, arbitrary: tie('record') },
    { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
  ),
  record: fc
    .uniqueArray(fc.tuple(name, tie('value')), { maxLength: 8, selector: ([key]) => key })
    .map((entries): unknown => Object.fromEntries(entries)),
}));

/** Near enough to a job for the parsers to go all the way. */
const job = fc
  .record({
    base: record,
    id: fc.oneof(text, number, tree),
    status: fc.oneof(text, tree, fc.constantFrom(...END_WORDS)),
    progress: fc.oneof(number, text, tree),
    time: fc.oneof(number, text, tree),
    path: text,
  })
  .map(({ base, id, status, progress, time, path }): unknown => ({
    ...Object(base),
    ...{ id, status, progress, created_at: time, completed_at: time, expires_at: time },
    ...{ file_path: path, output: { output_path: path, list: [{ file_paths: [path] }] } },
  }));

/** Near enough to a refusal, in the envelopes of OpenAI and of FastAPI. */
const refusal = fc
  .record({
    base: record,
    message: tree,
    loc: fc.oneof(fc.array(tree, { maxLength: 3 }), tree),
    isWrapped: fc.boolean(),
  })
  .map(({ base, message, loc, isWrapped }): unknown => {
    const fields = { ...Object(base), message };
    return isWrapped ? { error: fields } : { detail: [{ loc, msg: message }, message] };
  });

/** How to build a tower of lists or objects, alone or where a parser looks. The tower itself is too deep to be printed. */
const tower = fc.record({
  level: fc.constantFrom('[', '{"a":', '{"data":', '{"error":', '{"detail":', '{"loc":', '{"file_path":'),
  inside: fc.constantFrom(...KNOWN_NAMES, undefined),
});

function built({ level, inside }: { level: string; inside: string | undefined }): unknown {
  const close = level === '[' ? ']' : '}';
  const value: unknown = JSON.parse(`${level.repeat(DEEP)}null${close.repeat(DEEP)}`);
  if (inside === undefined) return value;
  if (inside === 'loc' || inside === 'msg') return { detail: [{ loc: [], msg: '', [inside]: [value] }] };
  return inside === 'id' ? { id: value } : { id: 'v', [inside]: value };
}

const body = fc.oneof(
  { weight: 5, arbitrary: fc.jsonValue().map((value): unknown => value) },
  { weight: 10, arbitrary: tree },
  { weight: 10, arbitrary: job },
  { weight: 5, arbitrary: fc.array(job, { maxLength: 3 }) },
  { weight: 5, arbitrary: job.map((data): unknown => ({ data })) },
  { weight: 5, arbitrary: fc.array(job, { maxLength: 3 }).map((data): unknown => ({ data })) },
  { weight: 5, arbitrary: refusal },
);

/** The result, or undefined for a refusal of ours; any other error passes through. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof VideoToolsetError) return undefined;
    throw error;
  }
}

/** Every name in a value, however deep. */
function namesIn(value: unknown): string[] {
  const names: string[] = [];
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (!Array.isArray(next)) names.push(...Object.keys(next));
    open.push(...Object.values(next));
  }
  return names;
}

function assertNoServerPaths(raw: unknown): void {
  assert.deepEqual(
    namesIn(raw).filter((key) => SERVER_PATHS.includes(key)),
    [],
  );
}

describe('whatever a server answers', () => {
  const parsers = {
    parseVideo: (value: unknown) => parseVideo(value),
    parseVideoList,
    parseCharacter,
    parseDeleted,
    parseErrorBody,
    addressesOf,
    inlineBytesOf,
  };
  for (const [parserName, parse] of Object.entries(parsers)) {
    test(`${parserName} reads it or refuses it with an error of ours, and what it read can be written`, () => {
      fc.assert(
        fc.property(body, (value) => {
          JSON.stringify(attempt(() => parse(value)));
        }),
        RUNS,
      );
    });
  }

  test('nesting deeper than the stack is read or refused, and what was read of a job can be written', () => {
    fc.assert(
      fc.property(tower, (plan) => {
        const value = built(plan);
        for (const parse of Object.values(parsers)) attempt(() => parse(value));
        JSON.stringify([attempt(() => parseVideo(value, 'v')), attempt(() => parseCharacter(value))]);
      }),
      RUNS,
    );
  });

  test('a job keeps the id it was asked for by', () => {
    fc.assert(
      fc.property(body, text, (value, id) => {
        const video = attempt(() => parseVideo(value, id));
        assert.ok(video === undefined || video.id === id);
      }),
      RUNS,
    );
  });

  test('a job has a text for an id, a progress from 0 to 100 or none, and finite times or none', () => {
    fc.assert(
      fc.property(job, (value) => {
        const video = attempt(() => parseVideo(value));
        if (video === undefined) return;
        assert.ok(typeof video.id === 'string' && video.id !== '');
        const { progress = 0, created_at = 0, completed_at = 0, expires_at = 0 } = video;
        assert.ok(progress >= 0 && progress <= 100, String(progress));
        for (const time of [created_at, completed_at, expires_at]) assert.ok(Number.isInteger(time), String(time));
      }),
      RUNS,
    );
  });

  test("paths on the server's disk survive in no job, list or character", () => {
    fc.assert(
      fc.property(body, (value) => {
        assertNoServerPaths(attempt(() => parseVideo(value, 'v')));
        assertNoServerPaths(attempt(() => parseVideoList(value)));
        assertNoServerPaths(attempt(() => parseCharacter(value)));
      }),
      RUNS,
    );
  });

  test('no answer changes what every object inherits', () => {
    const before = Reflect.ownKeys(Object.prototype);
    fc.assert(
      fc.property(body, (value) => {
        attempt(() => parseVideo(value, 'v'));
        assert.deepEqual(Reflect.ownKeys(Object.prototype), before);
      }),
      RUNS,
    );
  });
});

test('no word is taken for an end but the known ones', () => {
  const near = fc
    .tuple(fc.constantFrom(...END_WORDS), fc.constantFrom('', ' ', '_', '\0', 'not_', 'un', 's'), fc.boolean())
    .map(([word, more, isBefore]) => (isBefore ? more + word : word + more));
  const word = fc.oneof(text, near, fc.constantFrom(...HOSTILE_NAMES), fc.string());
  fc.assert(
    fc.property(word, job, (status, base) => {
      const isEnd = END_WORDS.includes(status.toLowerCase().replaceAll('-', '_'));
      assert.equal(isFinal(parseVideo({ ...Object(base), status }, 'v').status), isEnd, JSON.stringify(status));
    }),
    RUNS,
  );
});

test('a status that is no text is never an end', () => {
  const status = tree.filter((value) => typeof value !== 'string');
  fc.assert(
    fc.property(status, (value) => {
      assert.equal(isFinal(parseVideo({ status: value }, 'v').status), false);
    }),
    RUNS,
  );
});

test('a server cannot ask for a pause that is negative or longer than a minute', () => {
  const value = fc.oneof(
    text,
    number.map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
  );
  const header = fc.option(fc.oneof(value, fc.array(value, { maxLength: 3 })), { nil: undefined });
  const headers = fc.record({ 'openai-poll-after-ms': header, 'retry-after-ms': header, 'retry-after': header });
  fc.assert(
    fc.property(headers, fc.integer({ min: 0, max: 2 ** 42 }), (received, nowMs) => {
      const ms = retryAfterMs(received, nowMs);
      assert.ok(ms === undefined || (ms >= 0 && ms <= 60_000), String(ms));
    }),
    RUNS,
  );
});
