import type { ParameterSchema, ParametersSchema } from '../../types/tool.ts';

/**
 * Arguments as models write them, brought to what the schema asks for where the meaning is plain: a JSON text, numbers as
 * texts, surrounding blanks, nulls for what was left out, one text for a list. The caller's object is never changed.
 */
export function leniently(schema: ParametersSchema, input: unknown): unknown {
  const given = (typeof input === 'string' ? parsed(input.trim() || '{}') : input) ?? {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const entries = Object.entries(given)
    .filter(
      ([name, value]) => !(value === null && Object.hasOwn(schema.properties, name) && !schema.required.includes(name)),
    )
    .map(([name, value]) => {
      const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
      return [name, property === undefined ? value : fitted(property, value)];
    });
  return Object.fromEntries(entries);
}

function fitted(schema: ParameterSchema, value: unknown): unknown {
  const plain = typeof value === 'string' ? value.trim() : value;
  switch (schema.type) {
    case 'integer':
    case 'number':
      return typeof plain === 'string' && /^[+-]?\d+(\.\d+)?$/.test(plain) ? Number(plain) : plain;
    case 'boolean':
      return plain === 'true' ? true : plain === 'false' ? false : plain;
    case 'string':
      return typeof plain === 'number' ? String(plain) : plain;
    case 'array':
      return listOf(plain);
  }
}

function listOf(value: unknown): unknown {
  const list = typeof value === 'string' && value.startsWith('[') ? parsed(value) : value;
  // One text with commas may be one entry or several.
  if (typeof list === 'string') return list.includes(',') ? list : [list];
  return Array.isArray(list) ? list.map((entry) => (typeof entry === 'string' ? entry.trim() : entry)) : list;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
