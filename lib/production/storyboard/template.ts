import type { Variables } from './schema.ts';

const PARTS = /\{\{|\}\}|\{([^{}]*)\}/g;

/**
 * A template with every `{name}` replaced by its value; `{{` and `}}` stand for braces.
 * @returns the text, and the names that have no value
 */
export function fill(template: string, values: Variables): { text: string; missing: string[] } {
  const missing: string[] = [];
  const text = template.replace(PARTS, (part, name: string | undefined) => {
    if (name === undefined) return part.slice(0, 1);
    const key = name.trim();
    if (Object.hasOwn(values, key)) return String(values[key]);
    missing.push(key);
    return part;
  });
  return { text, missing };
}
