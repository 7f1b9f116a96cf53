import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LanguageModelV4Message } from '@ai-sdk/provider';
import fc from 'fast-check';
import { readClipRequest, wordsOf } from '../../../lib/host/offline/clipRequest.ts';
import { nextTurn } from '../../../lib/host/offline/turn.ts';
import { readWish } from '../../../lib/host/offline/wish.ts';

const TOOLS = [
  'video_produce',
  'video_create',
  'video_wait',
  'video_download',
  'cdn_upload',
  'video_remix',
  'video_delete',
];
const PLANNER = ['hand_off_sora_agent', 'video_list'];

/** Words that mean something to the rules, in any order, between anything else. */
const WORDS = [
  ...[
    'three',
    'clips',
    'of',
    'a boat',
    '4 seconds',
    'portrait',
    'make it',
    'extend it by',
    'remix',
    'edit',
    'delete',
    'list',
  ],
  ...[
    'video_12',
    'clip-0123456789ab',
    'logo.png',
    '"a b.png"',
    'as the first frame',
    'another take',
    'go on',
    '1)',
    '2)',
  ],
  ...[
    '\n- ',
    ': ',
    '; ',
    ', ',
    '. ',
    'do not publish',
    'character called Mo from mo.mp4',
    'char_1a',
    '\u{e000}',
    '\u{e3ff}',
  ],
  ...['take 2', 'Context: ', 'Files in the workspace: x.png', '[', '(', '\\', '$&', '"', '’'],
];
const request = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 8 })), { maxLength: 25 })
    .map((words) => words.join(' ')),
);
const result = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc
    .record(
      {
        summary: fc.string({ maxLength: 20 }),
        next_step: fc.constantFrom(
          'Call video_wait with {"ids":["v1"]}',
          'Call video_delete with {"id":"v1"}',
          'Call x with {',
        ),
        jobs: fc.array(fc.record({ id: fc.string({ maxLength: 8 }), status: fc.constantFrom('completed', 'failed') }), {
          maxLength: 3,
        }),
        error: fc.record({
          code: fc.constant('not_ready'),
          retryable: fc.boolean(),
          next_step: fc.string({ maxLength: 20 }),
        }),
      },
      { requiredKeys: [] },
    )
    .map((data) => JSON.stringify(data)),
);

const user = (text: string): LanguageModelV4Message => ({ role: 'user', content: [{ type: 'text', text }] });

/** A conversation in which every call got one of the results. */
function conversation(requests: string[], results: string[], tools: string[]): LanguageModelV4Message[] {
  const messages: LanguageModelV4Message[] = [];
  const left = [...results];
  for (const text of requests) {
    messages.push(user(text));
    for (let turns = 0; turns < 4; turns++) {
      const turn = nextTurn(messages, tools);
      if (turn.kind === 'text') break;
      messages.push({
        role: 'assistant',
        content: turn.calls.map(({ id, tool, input }) => ({
          type: 'tool-call',
          toolCallId: id,
          toolName: tool,
          input,
        })),
      });
      messages.push({
        role: 'tool',
        content: turn.calls.map(({ id, tool }) => ({
          type: 'tool-result',
          ...{ toolCallId: id, toolName: tool, output: { type: 'text', value: left.shift() ?? '{}' } },
        })),
      });
    }
  }
  return messages;
}

test('no request throws, and the same one is always read the same', () => {
  fc.assert(
    fc.property(request, (text) => assert.deepEqual(readWish(text), readWish(text))),
    { numRuns: 2_000 },
  );
});

test('no conversation throws; its turns are the same again, and the ids of its calls unique', () => {
  const parts = [fc.array(request, { minLength: 1, maxLength: 4 }), fc.array(result, { maxLength: 12 })] as const;
  const property = fc.property(...parts, fc.constantFrom(TOOLS, PLANNER), (requests, results, tools) => {
    const messages = conversation(requests, results, tools);
    assert.deepEqual(nextTurn(messages, tools), nextTurn(structuredClone(messages), tools));
    const ids = messages.flatMap(({ role, content }) =>
      role === 'assistant' ? content.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : [])) : [],
    );
    assert.equal(new Set(ids).size, ids.length);
  });
  fc.assert(property, { numRuns: 500 });
});

test('no result makes it delete, whatever was asked for before', () => {
  const parts = [
    fc.constantFrom('A boat.', 'List my jobs', '1) a boat 2) a train'),
    fc.array(result, { maxLength: 12 }),
  ] as const;
  const property = fc.property(...parts, (text, results) => {
    const messages = conversation([text, 'go on'], results, [...TOOLS, 'video_list']);
    assert.ok(!JSON.stringify(messages.filter(({ role }) => role === 'assistant')).includes('video_delete'));
  });
  fc.assert(property, { numRuns: 500 });
});

test('a clip that was put into words for another agent is read again as it was', () => {
  const word = fc.constantFrom('boat', 'harbour', 'a', 'red', 'sails', 'Slowly,', 'train', 'listed', 'made');
  const clip = fc.record(
    {
      prompt: fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => `The ${words.join(' ')} appears.`),
      publish: fc.boolean(),
      seconds: fc.constantFrom(4, 8, 12),
      size: fc.constantFrom('1280x720', '720x1280', '1024x1792'),
      picture: fc.constantFrom('logo.png', 'my logo.jpg', 'https://pictures.example/a.webp'),
      variation: fc.integer({ min: 2, max: 99 }),
      characters: fc.constantFrom(['char_1a'], ['char_1a', 'char_2b']),
    },
    { requiredKeys: ['prompt', 'publish'], noNullPrototype: true },
  );
  const property = fc.property(clip, (wanted) => {
    assert.deepEqual(readClipRequest(`Clip 1 of 3. ${wordsOf(wanted)}`), wanted);
    const wish = readWish(`Clip 1 of 3. ${wordsOf(wanted)}`);
    assert.ok(wish.kind === 'clips' && wish.clips.length === 1);
  });
  fc.assert(property, { numRuns: 500 });
});

test('long requests are read to their end', () => {
  const long = [
    ' ',
    '\n',
    'a, and ',
    '8 s ',
    '"',
    'x.pn',
    'video_',
    '- a\n',
    '1) ',
    'in the clip ',
    'a:b;',
    'make it ',
  ];
  for (const part of long) assert.ok(readWish(part.repeat(20_000)).kind, part);
});
