import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { VideoToolsetError } from '../../errors.ts';
import type { StoryboardText } from './load.ts';

/** A storyboard that a person names: it may lie anywhere, and its table beside it. */
export async function storyboardFile(file: string): Promise<StoryboardText> {
  const absolute = path.resolve(file);
  return {
    text: await readFile(absolute, 'utf8').catch((error) => {
      throw notReadable(file, error);
    }),
    name: path.basename(file),
    file: absolute,
    async locate(name) {
      const location = path.resolve(path.dirname(absolute), name);
      if (
        await stat(location).then(
          (found) => found.isFile(),
          () => false,
        )
      )
        return location;
      throw new VideoToolsetError('file_not_found', `there is no file ${name} beside it`);
    },
  };
}

function notReadable(file: string, cause: unknown): VideoToolsetError {
  return new VideoToolsetError('invalid_argument', `The storyboard ${file} cannot be read.`, {
    cause,
    next_step: 'Name a YAML or JSON file that is there.',
  });
}
