import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { systemCode, VideoToolsetError } from '../errors.ts';
import { type AgentPrompt, loadPrompt } from './prompt.ts';

const ENDING = '.prompt.md';

export interface Prompts {
  /** @throws VideoToolsetError `file_not_found` naming those there are, `invalid_configuration` for what is wrong with it */
  load(agent: string): Promise<AgentPrompt>;
  all(): Promise<AgentPrompt[]>;
}

/** The agents of some folders: `<name>.prompt.md` each. Of two with the same name, that of the earlier folder counts. */
export function openPrompts(folders: readonly string[]): Prompts {
  const files = async (): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    for (const folder of folders)
      for (const file of await filesOf(folder)) {
        const name = file.slice(0, -ENDING.length);
        if (!found.has(name)) found.set(name, path.join(folder, file));
      }
    return found;
  };
  const read = async (name: string, file: string): Promise<AgentPrompt> => {
    const prompt = await loadPrompt(file);
    if (prompt.name === name) return prompt;
    throw new VideoToolsetError(
      'invalid_configuration',
      `${path.basename(file)} says that its name is ${prompt.name}: name the file ${prompt.name}${ENDING}.`,
    );
  };
  return {
    async load(agent) {
      const known = await files();
      const file = known.get(agent);
      if (file !== undefined) return await read(agent, file);
      throw new VideoToolsetError('file_not_found', `There is no agent ${JSON.stringify(agent.slice(0, 80))}.`, {
        next_step: `Use one of: ${[...known.keys()].join(', ')}.`,
      });
    },
    all: async () => await Promise.all([...(await files())].map(([name, file]) => read(name, file))),
  };
}

async function filesOf(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((file) => file.endsWith(ENDING)).sort();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
