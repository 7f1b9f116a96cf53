import type { Variables } from './schema.ts';

const PARTS = /\{\{|\}\}|\{([^{}]*)\}/g;

/**
 * A template with every `{name}` replaced by its value; `{{` and `}}` stand for braces.
 * @param most characters of values: what is more is left out, and the text is longer than that all the same
 * @returns the text, and the names that have no value
 */
export function fill(template: string, values: Variables, most: number): { text: string; missing: string[] } {
  const missing: string[] = [];
  let filled = 0;
  const text = template.replace(PARTS, (part, name: string | undefined) => {
    if (name === undefined) return part.slice(0, 1);
    const key = name.trim();
    if (!Object.hasOwn(values, key)) {
      missing.push(key);
      return part;
    }
    const value = filled > most ? '' : String(values[key]);
    filled += value.length;
    return value;
  });
  return { text, missing };
}
