import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { toolsPage } from '../scripts/toolsPage.ts';

const root = path.join(import.meta.dirname, '..');

test('docs/tools.md is what the definitions of the tools make of it', async () => {
  const page = await readFile(path.join(root, 'docs', 'tools.md'), 'utf8');
  assert.equal(page, toolsPage(), 'the page is not fresh: npm run docs');
});
