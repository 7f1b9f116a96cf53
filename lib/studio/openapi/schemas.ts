const id = {
  type: 'string',
  pattern: '^video_[0-9a-f]{24}$',
  description: 'Names the job in every other call.',
} as const;
const orNull = <Schema>(schema: Schema) => ({ anyOf: [schema, { type: 'null' }] }) as const;
const time = { type: 'integer', format: 'unixtime', description: 'Unix seconds.' } as const;
const prompt = { type: 'string', minLength: 1, maxLength: 32_000 } as const;
const seconds = {
  type: 'string',
  enum: ['4', '8', '12', '16', '20'],
  description: 'Seconds, as text. `16` and `20` go beyond the API.',
} as const;
const anySeconds = {
  type: 'string',
  enum: Array.from({ length: 60 }, (_, index) => String(index + 1)),
  description:
    'Seconds, as text: `4`, `8`, `12`, `16` or `20`; for `provider/model` any up to `60`, of which the nearest that is ' +
    'offered is made.',
} as const;
const size = { type: 'string', pattern: '^[1-9]\\d{1,3}x[1-9]\\d{1,3}$' } as const;
const characterId = { type: 'string', pattern: '^char_[0-9a-f]{24}$' } as const;
const videoFile = { type: 'string', format: 'binary', description: 'An MP4, MOV or WebM file.' } as const;
const videoId = {
  type: 'object',
  properties: { id: { type: 'string', description: 'Id of a completed job.' } },
  required: ['id'],
  additionalProperties: false,
} as const;

const closed = <Properties extends object>(properties: Properties, required: readonly string[]) =>
  ({ type: 'object', properties, required, additionalProperties: false }) as const;

const createProperties = {
  prompt: { ...prompt, description: 'What is to be seen: place, time, weather, subjects, colours, camera.' },
  model: {
    type: 'string',
    description:
      '`animatic`, `provider/model`, or a name that the studio maps to one of them. The names of the retired API are ' +
      'drawn by `animatic` unless they are mapped.',
    default: 'animatic',
  },
  seconds: { ...anySeconds, default: '4' },
  size: {
    ...size,
    description:
      'Width and height in pixels: `720x1280`, `1280x720`, `1024x1792` or `1792x1024`; for `provider/model` any, of ' +
      'which the nearest shape and resolution that is offered is made.',
    default: '720x1280',
  },
  seed: {
    type: 'integer',
    minimum: 0,
    maximum: 0xffffffff,
    description: 'The same prompt and seed give the same picture. By chance unless given.',
    'x-studio': true,
  },
  characters: {
    type: 'array',
    maxItems: 2,
    items: { type: 'object', properties: { id: characterId }, required: ['id'], additionalProperties: false },
    description: 'Each is drawn where the prompt names it letter by letter.',
    'x-studio': true,
  },
} as const;

const imageUrl = closed(
  {
    image_url: {
      type: 'string',
      description: 'A base64 data URL, or an address in the internet, which is fetched at once.',
    },
  },
  ['image_url'],
);

/** The bodies and answers of the studio's operations. */
export const schemas = {
  CreateJson: closed({ ...createProperties, input_reference: imageUrl }, ['prompt']),
  CreateMultipart: closed(
    {
      ...createProperties,
      input_reference: {
        oneOf: [{ type: 'string', format: 'binary', description: 'PNG, JPEG or WebP, at most 20 MiB.' }, imageUrl],
        description: 'The first frame; it also lends the scene its colours.',
      },
    },
    ['prompt'],
  ),
  Remix: closed({ prompt: { ...prompt, description: 'What is to be seen instead, in the same composition.' } }, [
    'prompt',
  ]),
  EditJson: closed({ video: videoId, prompt }, ['video', 'prompt']),
  EditMultipart: closed(
    {
      video: {
        oneOf: [videoFile, videoId],
        description: "A file must be the unchanged clip of one of this studio's jobs.",
      },
      prompt: { ...prompt, description: 'What is to change: colours, light, weather, motion, caption, subjects.' },
    },
    ['video', 'prompt'],
  ),
  ExtensionJson: closed({ video: videoId, prompt, seconds }, ['video', 'prompt', 'seconds']),
  ExtensionMultipart: closed({ video: { oneOf: [videoFile, videoId] }, prompt, seconds }, [
    'video',
    'prompt',
    'seconds',
  ]),
  NewCharacter: closed(
    {
      video: {
        ...videoFile,
        description: 'An MP4, MOV or WebM file of at most 64 MiB. The figure is drawn, not cut from it.',
      },
      name: { type: 'string', minLength: 1, maxLength: 80, description: 'By which prompts name it.' },
    },
    ['video', 'name'],
  ),
  Character: closed({ id: characterId, name: { type: 'string' }, created_at: time }, ['id', 'name', 'created_at']),
  Video: closed(
    {
      id,
      object: { type: 'string', const: 'video' },
      model: { type: 'string', description: 'What really drew it.' },
      status: { type: 'string', enum: ['queued', 'in_progress', 'completed', 'failed'] },
      progress: {
        type: 'integer',
        minimum: 0,
        maximum: 100,
        description: 'Percent; 100 only when the clip can be fetched.',
      },
      created_at: time,
      completed_at: orNull(time),
      expires_at: {
        ...orNull(time),
        description:
          'Of a completed clip: from then on its files cannot be fetched. It may come closer where the disk is wanted.',
      },
      prompt,
      size: createProperties.size,
      seconds: { type: 'string', pattern: '^\\d+$', description: 'The whole clip, extensions included.' },
      remixed_from_video_id: orNull({ ...id, description: 'Of a remix: its source.' }),
      error: orNull(closed({ code: { type: 'string' }, message: { type: 'string' } }, ['code', 'message'])),
      source_video_id: {
        ...orNull({ type: 'string' }),
        description: 'Of a remix, an edit or an extension: the job that it was made from.',
        'x-studio': true,
      },
      seed: {
        ...orNull({ type: 'integer', minimum: 0, maximum: 0xffffffff }),
        description: 'What the picture was drawn with; null where another model chose.',
        'x-studio': true,
      },
      notice: { type: 'string', description: 'Says what made it, and whether it is a preview.', 'x-studio': true },
      requested_model: {
        type: 'string',
        description: 'The model that was asked for, where another one makes the clip.',
        'x-studio': true,
      },
      notes: {
        type: 'array',
        items: { type: 'string' },
        description: 'What is made otherwise than it was asked for, in words.',
        'x-studio': true,
      },
      billed: {
        type: 'boolean',
        const: false,
        description: 'Of a job that failed before a provider took it: nothing was billed.',
        'x-studio': true,
      },
      cost: {
        ...closed({ usd: { type: 'number', minimum: 0 } }, ['usd']),
        description: 'What the provider says the clip cost; absent where it says nothing.',
        'x-studio': true,
      },
    },
    [
      ...['id', 'object', 'model', 'status', 'progress', 'created_at', 'completed_at', 'expires_at', 'prompt', 'size'],
      ...['seconds', 'remixed_from_video_id', 'error', 'source_video_id', 'seed', 'notice'],
    ],
  ),
  VideoList: closed(
    {
      object: { type: 'string', const: 'list' },
      data: { type: 'array', items: { $ref: '#/components/schemas/Video' } },
      first_id: orNull({ type: 'string' }),
      last_id: orNull({ type: 'string', description: 'For `after` of the next page.' }),
      has_more: { type: 'boolean' },
    },
    ['object', 'data', 'first_id', 'last_id', 'has_more'],
  ),
  DeletedVideo: closed(
    { id, object: { type: 'string', const: 'video.deleted' }, deleted: { type: 'boolean', const: true } },
    ['id', 'object', 'deleted'],
  ),
  Error: closed(
    {
      error: closed(
        {
          message: { type: 'string', description: 'What was wrong, in words for the caller.' },
          type: { type: 'string', enum: ['invalid_request_error', 'rate_limit_error', 'server_error'] },
          param: orNull({ type: 'string' }),
          code: orNull({ type: 'string' }),
        },
        ['message', 'type', 'param', 'code'],
      ),
    },
    ['error'],
  ),
} as const;
