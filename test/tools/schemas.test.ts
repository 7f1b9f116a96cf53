import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tool as agentsTool } from '@openai/agents';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { toStrictJsonSchema } from 'openai/lib/transform';
import { createVideoToolset } from '../../lib/index.ts';
import { leniently } from '../../lib/tools/leniently.ts';
import { strictParameters } from '../../lib/tools/strict.ts';

const tools = createVideoToolset({ tools: ['all', 'storyboard'] });
const everyObject = (value: unknown): Record<string, unknown>[] => {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(everyObject);
  return Array.isArray(value) ? inner : [{ ...value }, ...inner];
};

/**
 * OpenAI, strict functions. Sources: https://platform.openai.com/docs/guides/function-calling#strict-mode,
 * https://platform.openai.com/docs/guides/structured-outputs#supported-schemas; `name` in the API's own description.
 */
const OPENAI = {
  name: /^[a-zA-Z0-9_-]{1,64}$/,
  description: 1_024,
  types: ['string', 'number', 'boolean', 'integer', 'object', 'array', 'null'],
  keywords: {
    string: ['pattern', 'format'],
    number: ['multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum'],
    integer: ['multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum'],
    array: ['items', 'minItems', 'maxItems'],
    boolean: [],
  } as Record<string, readonly string[]>,
  common: ['type', 'description', 'enum'],
  /** Of one schema: properties in all, values of enums, characters of names and values. */
  most: { properties: 5_000, values: 1_000, characters: 120_000 },
};

/**
 * Anthropic, tools. Sources: https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools (name, description,
 * an object as `input_schema`, JSON Schema 2020-12); the API refuses property names beyond that pattern, and unions at the
 * root. https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations (patterns without
 * lookaround, back references and word boundaries; enums of plain values).
 */
const ANTHROPIC = {
  name: /^[a-zA-Z0-9_-]{1,64}$/,
  property: /^[a-zA-Z0-9_.-]{1,64}$/,
  notAtTheRoot: ['oneOf', 'anyOf', 'allOf'],
  nowhere: ['$ref', '$dynamicRef', 'not', 'if', 'patternProperties', 'dependentSchemas', 'prefixItems'],
  notInPatterns: /\(\?[=!<]|\\[1-9bB]/,
};

for (const { name, description, parameters } of tools) {
  describe(name, () => {
    test('keeps the rules of OpenAI’s strict functions', () => {
      assert.match(name, OPENAI.name);
      assert.ok(description.length <= OPENAI.description, `${description.length} characters`);
      const schema = strictParameters(parameters);
      assert.deepEqual(Object.keys(schema).sort(), ['additionalProperties', 'properties', 'required', 'type']);
      assert.equal(schema.additionalProperties, false);
      assert.deepEqual(schema.required, Object.keys(parameters.properties));
      let values = 0;
      for (const [property, { type, ...rest }] of Object.entries(schema.properties)) {
        const types = [type].flat().map(String);
        for (const each of types) assert.ok(OPENAI.types.includes(each), `${property}: ${each}`);
        assert.equal(types.includes('null'), !parameters.required.includes(property), `${property} may be left out`);
        const known = [...OPENAI.common, ...(OPENAI.keywords[types[0] ?? ''] ?? [])];
        for (const keyword of Object.keys(rest)) assert.ok(known.includes(keyword), `${property}: ${keyword}`);
        if (rest.enum !== undefined) assert.equal([rest.enum].flat().includes(null), types.includes('null'), property);
        values += [rest.enum ?? []].flat().length;
      }
      assert.ok(Object.keys(schema.properties).length <= OPENAI.most.properties && values <= OPENAI.most.values);
      assert.ok(JSON.stringify(schema).length <= OPENAI.most.characters);
    });

    test('is taken by the openai package and by the Agents SDK in strict mode, as it is', () => {
      const schema = strictParameters(parameters);
      assert.deepEqual(toStrictJsonSchema({ ...schema }), schema);
      const made = agentsTool({
        ...{ name, description, strict: true },
        parameters: { ...schema, type: 'object', additionalProperties: false },
        execute: () => '',
      });
      assert.equal(made.strict, true);
      assert.deepEqual(made.parameters, schema);
    });

    test('takes what a strict model sends: everything, with null for what is left out', () => {
      const ajv = new Ajv2020();
      const nothing = Object.fromEntries(Object.keys(parameters.properties).map((property) => [property, null]));
      const given: Record<string, unknown> = { ...nothing };
      for (const property of parameters.required) given[property] = exampleOf(parameters.properties[property]);
      assert.ok(ajv.validate(strictParameters(parameters), given), ajv.errorsText());
      const taken = leniently(parameters, given);
      assert.ok(ajv.validate(parameters, taken), ajv.errorsText());
      assert.deepEqual(Object.keys(Object(taken)).sort(), [...parameters.required].sort());
    });

    test('keeps the rules of Anthropic’s tools', () => {
      assert.match(name, ANTHROPIC.name);
      assert.ok(description.length > 0);
      assert.equal(parameters.type, 'object');
      for (const keyword of ANTHROPIC.notAtTheRoot) assert.ok(!(keyword in parameters), keyword);
      for (const property of Object.keys(parameters.properties)) assert.match(property, ANTHROPIC.property);
      const ajv = new Ajv2020({ strict: true });
      assert.ok(ajv.validateSchema(parameters), ajv.errorsText());
      ajv.compile(parameters);
      for (const schema of everyObject(parameters)) {
        for (const keyword of ANTHROPIC.nowhere) assert.ok(!Object.hasOwn(schema, keyword), keyword);
        if (typeof schema.pattern === 'string') assert.doesNotMatch(schema.pattern, ANTHROPIC.notInPatterns);
      }
    });
  });
}

function exampleOf(schema: unknown): unknown {
  const { type }: { type?: unknown } = Object(schema);
  if (type === 'array') return ['x'];
  return type === 'integer' ? 4 : 'x';
}
