import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Document, Node, Pair } from 'yaml';
import { invalidStoryboard, meant, type Problem } from './problems.ts';
import { STORYBOARD_SCHEMA, type StoryboardDocument } from './schema.ts';

/** A storyboard that has the right form, and the place of each of its parts. */
export interface ReadDocument {
  document: StoryboardDocument;
  /** Where a part stands, by the names that lead to it: `['shots', 2, 'extends']`. */
  placeOf(path: readonly (string | number)[]): { line: number; column: number };
}

let isStoryboard: ValidateFunction<StoryboardDocument> | undefined;

/**
 * Reads a storyboard, YAML or JSON.
 * @param name of its file, for messages
 * @throws VideoToolsetError `invalid_argument` with the line and the column of everything that is wrong
 */
export async function readDocument(text: string, name: string): Promise<ReadDocument> {
  const { isMap, isScalar, LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (yaml.errors.length > 0) {
    const problems = yaml.errors.map(({ pos, message }) => ({ ...placeAt(pos[0]), message: firstLine(message) }));
    throw invalidStoryboard(name, problems);
  }
  const placeOf: ReadDocument['placeOf'] = (path) => placeAt(nodeAt(yaml, path)?.range?.[0] ?? 0);
  const keyPlace = (path: readonly (string | number)[], key: string) => {
    const map = nodeAt(yaml, path);
    const pair: Pair | undefined = isMap(map)
      ? map.items.find((item) => isScalar(item.key) && item.key.value === key)
      : undefined;
    return isScalar(pair?.key) ? placeAt(pair.key.range?.[0] ?? 0) : placeOf(path);
  };

  isStoryboard ??= new Ajv({ allErrors: true, allowUnionTypes: true, verbose: true }).compile<StoryboardDocument>(
    STORYBOARD_SCHEMA,
  );
  const document: unknown = toValue(yaml, name);
  if (isStoryboard(document)) return { document, placeOf };
  const problems = (isStoryboard.errors ?? []).map((error): Problem => {
    const path = pathOf(error.instancePath);
    const unknown = error.keyword === 'additionalProperties' ? String(error.params.additionalProperty) : undefined;
    const place = unknown === undefined ? placeOf(path) : keyPlace(path, unknown);
    return { ...place, message: messageOf(error, path) };
  });
  throw invalidStoryboard(
    name,
    problems.sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0)),
  );
}

/** A few lines of YAML can stand for more than fits into memory. */
function toValue(yaml: Document, name: string): unknown {
  try {
    return yaml.toJS();
  } catch (error) {
    const message = error instanceof Error ? firstLine(error.message) : 'it cannot be read';
    throw invalidStoryboard(name, [{ line: 1, message }]);
  }
}

/** The part itself, or what is around it. */
function nodeAt(yaml: Document, path: readonly (string | number)[]): Node | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = yaml.getIn(path.slice(0, length), true);
    if (isNode(node)) return node;
  }
  return yaml.contents ?? undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value;
}

export function pathOf(pointer: string): (string | number)[] {
  const names = pointer.split('/').slice(1);
  return names.map((name) => (/^\d+$/.test(name) ? Number(name) : name.replaceAll('~1', '/').replaceAll('~0', '~')));
}

/** What a schema's complaint means to whoever wrote it. */
export function messageOf(
  { keyword, params, message, parentSchema }: ErrorObject,
  path: readonly (string | number)[],
): string {
  const name = [...path].reverse().find((part) => typeof part === 'string') ?? 'the storyboard';
  const known = Object.keys(parentSchema?.properties ?? {});
  switch (keyword) {
    case 'additionalProperties': {
      const wrong = String(params.additionalProperty).slice(0, 80);
      return `there is no ${JSON.stringify(wrong)} here${meant(wrong, known)}`;
    }
    case 'required':
      return `${params.missingProperty} is missing`;
    case 'enum':
      return `${name} must be one of ${params.allowedValues.join(', ')}`;
    case 'pattern':
      return `${name} does not have the form it needs: ${parentSchema?.description ?? params.pattern}`;
    case 'type':
      return `${name} must be ${[params.type].flat().join(' or ')}`;
    default:
      return `${name} ${message}`;
  }
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}
