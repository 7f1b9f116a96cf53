const text = { type: 'string' } as const;
const integer = { type: 'integer' } as const;

const file = {
  path: { ...text, description: 'Relative to the workspace.' },
  bytes: integer,
  sha256: text,
  content_type: text,
} as const;

/** The one shape of every tool's result; a tool may add to it. */
export const OUTPUT_SCHEMA = {
  type: 'object' as const,
  properties: {
    summary: { ...text, description: 'What happened, in one line.' },
    jobs: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { ...text, description: 'Of the job; the key of the clip where no job is known.' },
          key: { ...text, description: 'Of the clip in the ledger (clip-…).' },
          status: text,
          progress: { type: 'number' },
        },
        required: ['id', 'status'],
      },
    },
    published: {
      type: 'array',
      items: {
        type: 'object',
        properties: { url: { ...text, description: 'The public address.' }, key: text, ...file },
        required: ['url', 'path'],
      },
    },
    files: { type: 'array', items: { type: 'object', properties: file, required: ['path'] } },
    error: {
      type: 'object',
      properties: {
        code: text,
        message: text,
        submitted: { ...text, enum: ['no', 'yes', 'unknown'], description: 'Did a call that makes a job go out?' },
        job_id: text,
        billed: { ...text, enum: ['no', 'likely', 'unknown'] },
        retryable: { type: 'boolean' },
        next_step: text,
      },
      required: ['code', 'message', 'submitted', 'billed', 'retryable'],
    },
    next_step: { ...text, description: 'What to do next; where it is a call: Call <tool> with <JSON>.' },
  },
  required: ['summary'],
};
