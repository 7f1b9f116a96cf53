import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { loadPrompt } from '../../lib/host/prompt.ts';
import { temporaryFolder } from '../support/temporary.ts';

const GOOD = 'name: cook\ndescription: Cooks.\ntools:\n  - stir\nmax_steps: 3';

async function load(text: string) {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, 'cook.prompt.md');
  await writeFile(file, text);
  return await loadPrompt(file);
}

test('a prompt is its front matter and its instructions, with either kind of line end', async () => {
  const expected = {
    name: 'cook',
    description: 'Cooks.',
    tools: ['stir'],
    max_steps: 3,
    instructions: '# Stir\n\n---\nwell',
  };
  const text = `---\n${GOOD}\n---\n\n# Stir\n\n---\nwell\n`;
  assert.deepEqual(await load(text), expected);
  assert.deepEqual(await load(`\uFEFF${text.replace('---\n', '--- \n')}`), expected, 'as some editors save it');
  const windows = await load(text.replaceAll('\n', '\r\n'));
  assert.deepEqual({ ...windows, instructions: windows.instructions.replaceAll('\r', '') }, expected);
});

for (const [fault, text, message] of [
  ['no front matter', 'Just cook.', /needs front matter/],
  ['an open front matter', `---\n${GOOD}\nJust cook.`, /needs front matter/],
  ['no instructions', `---\n${GOOD}\n---\n \n`, /instructions below/],
  ['broken YAML', '---\nname: [cook\n---\nCook.', /not valid YAML/],
  ['YAML that is no record', '---\n- cook\n---\nCook.', /front matter must be object/],
  ['no name', `---\n${GOOD.replace('name: cook\n', '')}\n---\nCook.`, /required property 'name'/],
  [
    'no description',
    `---\n${GOOD.replace('description: Cooks.\n', '')}\n---\nCook.`,
    /required property 'description'/,
  ],
  ['no tools', `---\n${GOOD.replace('tools:\n  - stir\n', '')}\n---\nCook.`, /required property 'tools'/],
  ['no max_steps', `---\n${GOOD.replace('\nmax_steps: 3', '')}\n---\nCook.`, /required property 'max_steps'/],
  ['an odd name', `---\n${GOOD.replace('cook', '../Cook')}\n---\nCook.`, /: name must match/],
  ['an empty description', `---\n${GOOD.replace('Cooks.', '""')}\n---\nCook.`, /: description must NOT have fewer/],
  ['an empty list of tools', `---\n${GOOD.replace('\n  - stir', ' []')}\n---\nCook.`, /: tools must NOT have fewer/],
  ['a tool twice', `---\n${GOOD.replace('- stir', '- stir\n  - stir')}\n---\nCook.`, /: tools must NOT have duplicate/],
  ['a tool that is no text', `---\n${GOOD.replace('- stir', '- 7')}\n---\nCook.`, /tools\/0 must be string/],
  ['max_steps 0', `---\n${GOOD.replace('3', '0')}\n---\nCook.`, /: max_steps must be >= 1/],
  ['max_steps without end', `---\n${GOOD.replace('3', '1000')}\n---\nCook.`, /: max_steps must be <= 200/],
  ['half a step', `---\n${GOOD.replace('3', '2.5')}\n---\nCook.`, /: max_steps must be integer/],
  ['an unknown field', `---\n${GOOD}\nmodel: x\n---\nCook.`, /: front matter has no field "model"\.$/],
] as const) {
  test(`a prompt with ${fault} is refused, and the file and the fault are named`, async () => {
    await assert.rejects(load(text), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'invalid_configuration');
      assert.match(error.message, /^cook\.prompt\.md/);
      assert.match(error.message, message);
      return true;
    });
  });
}

test('a prompt that cannot be read is named without the path of this machine', async () => {
  await assert.rejects(loadPrompt(import.meta.dirname), {
    code: 'invalid_configuration',
    message: 'host cannot be read (EISDIR).',
  });
});

test('a prompt that is not there is named without the path of this machine', async () => {
  await assert.rejects(loadPrompt('/nowhere/cook.prompt.md'), {
    code: 'file_not_found',
    message: 'There is no agent prompt cook.prompt.md.',
  });
});
