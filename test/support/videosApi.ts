import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

const DOCUMENT = new URL('../../../shared/videos-api/openapi.json', import.meta.url);

/** Why answers cannot be compared with the reference, or false. */
export const noReference = existsSync(DOCUMENT) ? false : 'the reference (openapi.json) is not on this machine';

let compiled: Ajv | undefined;

/** Fails where a body is not what the reference says, apart from values that a server may extend (sizes). */
export function assertConforms(schema: string, body: unknown): void {
  if (noReference !== false) return;
  compiled ??= new Ajv({ strict: false, validateFormats: false, allErrors: true }).addSchema(
    JSON.parse(readFileSync(DOCUMENT, 'utf8')),
    'videos-api',
  );
  const validate = compiled.getSchema(`videos-api#/components/schemas/${schema}`);
  assert.ok(validate !== undefined, `there is no schema ${schema}`);
  assert.ok(validate(body), `${schema}: ${compiled.errorsText(validate.errors)} in ${JSON.stringify(body)}`);
}
