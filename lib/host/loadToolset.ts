import { statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { VideoToolsetError } from '../errors.ts';
import { foreignToolset } from './foreignToolset.ts';
import type { ToolSet } from './ToolSet.ts';

/**
 * The tools of a module: its default export is a ToolSet, an array of tools, or a function (which may be async) that returns
 * one of these. The module's code is run: name only what you trust.
 *
 * @param name a path, or a package that the folder can import
 * @throws VideoToolsetError `invalid_configuration` naming the module, and what is wrong with it
 */
export async function loadToolset(name: string, folder: string): Promise<ToolSet> {
  const module = await load(name, folder);
  if (!('default' in module)) throw wrong(name, 'it has no default export');
  try {
    const made: unknown = typeof module.default === 'function' ? await module.default() : module.default;
    return foreignToolset(made);
  } catch (error) {
    throw wrong(name, messageOf(error), error);
  }
}

async function load(name: string, folder: string): Promise<object> {
  const file = path.resolve(folder, name);
  if (statSync(file, { throwIfNoEntry: false })?.isFile())
    return await runModule(name, () => import(pathToFileURL(file).href));
  if (/^\.{0,2}\//.test(name) || path.isAbsolute(name)) throw wrong(name, 'there is no such file');
  return await loadPackage(name, path.join(folder, 'package.json'));
}

/** As a module of that folder would import it. */
async function loadPackage(name: string, importer: string): Promise<object> {
  const alias = `toolset:${name}`;
  let isFound = false;
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== alias) return next(specifier, context);
      const found = next(name, { ...context, parentURL: pathToFileURL(importer).href });
      isFound = true;
      return found;
    },
  });
  try {
    return await runModule(
      name,
      () => import(alias),
      () => isFound,
    );
  } finally {
    hooks.deregister();
  }
}

async function runModule(
  name: string,
  load: () => Promise<object>,
  isFound: () => boolean = () => true,
): Promise<object> {
  try {
    return await load();
  } catch (error) {
    if (isFound()) throw wrong(name, `it failed while it was loaded: ${messageOf(error)}`, error);
    throw wrong(name, 'there is no such file, and no such package that this folder can import', error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function wrong(name: string, reason: string, cause?: unknown): VideoToolsetError {
  return new VideoToolsetError(
    'invalid_configuration',
    `The toolset ${name} cannot be used: ${reason.replace(/\.$/, '')}.`,
    {
      cause,
      next_step: 'Name a module whose default export is a ToolSet or an array of tools; see docs/creating-toolsets.md.',
    },
  );
}
