import assert from 'node:assert/strict';
import { access, constants, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadPrompt } from '../../lib/host/prompt.ts';
import { createVideoToolset } from '../../lib/index.ts';

const FOLDER = fileURLToPath(new URL('../../agents/', import.meta.url));
const files = await readdir(FOLDER);
const prompts = files.filter((name) => name.endsWith('.prompt.md'));
const tools = createVideoToolset({ tools: ['all', 'storyboard'] });
const handOff = (file: string) => `hand_off_${file.replace('.prompt.md', '')}`;

test('there is a prompt for sora_agent', () => assert.ok(prompts.includes('sora_agent.prompt.md')));

for (const file of prompts) {
  const name = file.replace('.prompt.md', '');

  test(`${file} is valid, has the name of its file and a program beside it`, async () => {
    assert.equal((await loadPrompt(FOLDER + file)).name, name);
    await access(`${FOLDER}${name}.ts`, constants.X_OK);
  });

  test(`${file} speaks of no tool that it does not have or that is not there`, async () => {
    const prompt = await loadPrompt(FOLDER + file);
    const known = [...tools.map((tool) => tool.name), ...prompts.map(handOff)];
    for (const tool of prompt.tools) assert.ok(known.includes(tool), tool);
    const mentioned = prompt.instructions.match(/\b(?:video|cdn|storyboard|hand_off)_[a-z_]+\b/g) ?? [];
    assert.ok(mentioned.length > 0);
    for (const tool of mentioned) assert.ok(prompt.tools.includes(tool), `${tool} is mentioned, but not given`);
  });

  test(`${file} speaks of no parameter and no error code that is not there`, async () => {
    const { instructions } = await loadPrompt(FOLDER + file);
    const properties = tools.flatMap(({ parameters }) =>
      'properties' in parameters ? Object.keys(Object(parameters.properties)) : [],
    );
    for (const parameter of ['seconds', 'size', 'model'].filter((word) => instructions.includes(`\`${word}\``))) {
      assert.ok(properties.includes(parameter), parameter);
    }
  });
}
