import type { FlexibleSchema } from 'ai';
import type { ParametersSchema } from '../../../types/tool.ts';
import { strictParameters } from '../../tools/strict.ts';

/**
 * A tool's parameters as a Standard Schema, which needs nothing of the SDK. It lets every input through: the tool checks
 * its arguments itself, and tells the model how to correct them.
 */
export function inputSchema(parameters: ParametersSchema, strict: boolean): FlexibleSchema<unknown> {
  const schema = strict ? strictParameters(parameters) : parameters;
  // The SDK changes what it is given.
  const copy = (): Record<string, unknown> => JSON.parse(JSON.stringify(schema));
  return {
    '~standard': {
      version: 1,
      vendor: 'video-toolset',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: copy, output: copy },
    },
  };
}
