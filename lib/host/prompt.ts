import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { systemCode, VideoToolsetError } from '../errors.ts';

/** What an agent's prompt file says: front matter, and the Markdown below it as its instructions. */
export interface AgentPrompt {
  name: string;
  description: string;
  /** Names of the tools the agent may use. */
  tools: string[];
  /** Model turns before the loop is stopped. */
  max_steps: number;
  instructions: string;
}

type FrontMatter = Omit<AgentPrompt, 'instructions'>;

const isFrontMatter = new Ajv().compile<FrontMatter>({
  type: 'object',
  properties: {
    name: { type: 'string', pattern: '^[a-z][a-z0-9_]{0,40}$' },
    description: { type: 'string', minLength: 1 },
    tools: { type: 'array', items: { type: 'string' }, minItems: 1, uniqueItems: true },
    max_steps: { type: 'integer', minimum: 1, maximum: 200 },
  },
  required: ['name', 'description', 'tools', 'max_steps'],
  additionalProperties: false,
});

/** @throws VideoToolsetError `file_not_found`, or `invalid_configuration` naming what is wrong with the front matter */
export async function loadPrompt(file: string): Promise<AgentPrompt> {
  const name = path.basename(file);
  const text = await readFile(file, 'utf8').catch((cause) => {
    const code = systemCode(cause);
    if (code !== 'ENOENT')
      throw new VideoToolsetError('invalid_configuration', `${name} cannot be read (${code}).`, { cause });
    throw new VideoToolsetError('file_not_found', `There is no agent prompt ${name}.`, { cause });
  });
  const [, frontMatter, instructions] = /^\uFEFF?---[ \t]*\r?\n(.*?)\r?\n---[ \t]*\r?\n(.*)$/s.exec(text) ?? [];
  if (frontMatter === undefined || instructions === undefined || instructions.trim() === '') {
    throw new VideoToolsetError(
      'invalid_configuration',
      `${name} needs front matter between two lines of --- and instructions below it.`,
    );
  }
  const fields = parseYaml(name, frontMatter);
  if (!isFrontMatter(fields)) {
    const [problem] = isFrontMatter.errors ?? [];
    const where = problem?.instancePath.slice(1) || 'front matter';
    const unknown = problem?.params.additionalProperty;
    const what = unknown === undefined ? problem?.message : `has no field ${JSON.stringify(unknown)}`;
    throw new VideoToolsetError('invalid_configuration', `${name}: ${where} ${what}.`);
  }
  return { ...fields, instructions: instructions.trim() };
}

function parseYaml(name: string, text: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    throw new VideoToolsetError('invalid_configuration', `${name}: the front matter is not valid YAML.`, { cause });
  }
}
