import type { schemas } from './schemas.ts';

type SchemaName = keyof typeof schemas;

const ref = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` });
const json = (name: SchemaName) => ({ 'application/json': { schema: ref(name) } });
const form = (name: SchemaName) => ({ 'multipart/form-data': { schema: ref(name) } });
const body = (content: object) => ({ required: true, content });
const headers = {
  'x-request-id': { schema: { type: 'string' } },
  'x-studio-notice': {
    schema: { type: 'string' },
    description: 'Says that this is a preview, or where it is said what made it.',
  },
} as const;

/** The answers of an operation: its own, and errors in the API's envelope. */
const answers = (content: object, description: string) => ({
  200: { description, headers, content },
  '4XX': {
    description: 'The request was refused, and why. After 429 the same request may be sent again.',
    headers: { ...headers, 'retry-after': { schema: { type: 'integer' }, description: 'Seconds; with 429.' } },
    content: json('Error'),
  },
  '5XX': { description: 'The studio failed.', headers, content: json('Error') },
});

const idOf = (name: string, of: string) => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string' },
  description: `Id of the ${of}.`,
});
const files = { 'video/mp4': {}, 'image/webp': {}, 'image/jpeg': {} };
const video = idOf('video_id', 'job');
const starting = {
  parameters: [
    {
      name: 'Idempotency-Key',
      in: 'header',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
      description:
        'The same request with the same key makes one job, however often it is sent: its answer is that job.',
    },
  ],
  responses: answers(json('Video'), 'The job, which has just been queued, or that this key has already.'),
};

export const paths = {
  '/videos': {
    post: {
      operationId: 'createVideo',
      tags: ['Videos'],
      summary: 'Start a clip from a prompt.',
      requestBody: body({ ...json('CreateJson'), ...form('CreateMultipart') }),
      ...starting,
    },
    get: {
      operationId: 'listVideos',
      tags: ['Videos'],
      summary: 'List jobs.',
      parameters: [
        { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 0, maximum: 100, default: 20 } },
        { name: 'order', in: 'query', schema: { type: 'string', enum: ['asc', 'desc'], default: 'desc' } },
        {
          name: 'after',
          in: 'query',
          schema: { type: 'string' },
          description: 'Id of the last job of the page before.',
        },
      ],
      responses: answers(json('VideoList'), 'A page of jobs.'),
    },
  },
  '/videos/{video_id}': {
    parameters: [video],
    get: {
      operationId: 'retrieveVideo',
      tags: ['Videos'],
      summary: 'Tell how a job stands.',
      responses: answers(json('Video'), 'The job; `openai-poll-after-ms` says when to ask again.'),
    },
    delete: {
      operationId: 'deleteVideo',
      tags: ['Videos'],
      summary: 'Delete a job and its clip; a running render is stopped.',
      responses: answers(json('DeletedVideo'), 'It is gone.'),
    },
  },
  '/videos/{video_id}/content': {
    parameters: [video],
    get: {
      operationId: 'downloadVideo',
      tags: ['Videos'],
      summary: 'Fetch the files of a completed job; ranges are understood.',
      parameters: [
        {
          name: 'variant',
          in: 'query',
          schema: { type: 'string', enum: ['video', 'thumbnail', 'spritesheet'], default: 'video' },
        },
      ],
      responses: {
        ...answers(files, 'The file.'),
        206: { description: 'The part that `range` asks for.', headers, content: files },
        304: { description: 'The file is still the one that `if-none-match` names.', headers },
      },
    },
  },
  '/videos/{video_id}/remix': {
    parameters: [video],
    post: {
      operationId: 'remixVideo',
      tags: ['Videos'],
      summary: 'Make a completed clip anew with another prompt: same seed and composition, other things to see.',
      requestBody: body({ ...json('Remix'), ...form('Remix') }),
      ...starting,
    },
  },
  '/videos/edits': {
    post: {
      operationId: 'editVideo',
      tags: ['Videos'],
      summary: 'Change what the prompt names in a completed clip, and nothing else.',
      requestBody: body({ ...json('EditJson'), ...form('EditMultipart') }),
      ...starting,
    },
  },
  '/videos/extensions': {
    post: {
      operationId: 'extendVideo',
      tags: ['Videos'],
      summary: 'Go on from the end of a completed clip: at most six times and 120 seconds in all.',
      requestBody: body({ ...json('ExtensionJson'), ...form('ExtensionMultipart') }),
      ...starting,
    },
  },
  '/videos/characters': {
    post: {
      operationId: 'createCharacter',
      tags: ['Characters'],
      summary: 'Make a figure that prompts can name.',
      requestBody: body(form('NewCharacter')),
      responses: answers(json('Character'), 'The character.'),
    },
  },
  '/videos/characters/{character_id}': {
    parameters: [idOf('character_id', 'character')],
    get: {
      operationId: 'retrieveCharacter',
      tags: ['Characters'],
      summary: 'Tell about a character.',
      responses: answers(json('Character'), 'The character.'),
    },
  },
};
