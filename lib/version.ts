import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Of this package, from its own package.json, wherever it is installed or built to. */
export function toolVersion(folder = import.meta.dirname): string {
  const file = path.join(folder, 'package.json');
  if (existsSync(file)) return String(JSON.parse(readFileSync(file, 'utf8')).version);
  const parent = path.dirname(folder);
  return parent === folder ? 'unknown' : toolVersion(parent);
}
