import type { ParameterSchema, ParametersSchema } from '../../types/tool.ts';

export interface StrictParameters {
  type: 'object';
  properties: Record<string, Record<string, unknown>>;
  required: string[];
  additionalProperties: false;
}

/**
 * A tool's parameters as OpenAI's strict function mode takes them: each is required, what may be left out may be null, and
 * the lengths of texts, which that mode does not know, are left out. Every tool drops such nulls on the way in, and checks
 * the whole schema whatever a model was shown.
 * Source: https://platform.openai.com/docs/guides/structured-outputs#supported-schemas
 */
export function strictParameters({ properties, required }: ParametersSchema): StrictParameters {
  const strict = ([name, schema]: [string, ParameterSchema]) =>
    [name, required.includes(name) ? withoutLengths(schema) : nullable(withoutLengths(schema))] as const;
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(properties).map(strict)),
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

function withoutLengths(schema: ParameterSchema): Record<string, unknown> {
  if (schema.type !== 'string') return { ...schema };
  const { minLength: _shortest, maxLength: _longest, ...rest } = schema;
  return rest;
}

function nullable({ type, enum: choices, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return { type: [type, 'null'], ...(Array.isArray(choices) && { enum: [...choices, null] }), ...rest };
}
