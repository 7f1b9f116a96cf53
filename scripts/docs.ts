import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { toolsPage } from './toolsPage.ts';

/** Writes the pages that are made from the code; a test says when they are not fresh. */
await writeFile(path.join(import.meta.dirname, '..', 'docs', 'tools.md'), toolsPage());
