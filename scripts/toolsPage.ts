import { PRESETS } from '../lib/config/tools.ts';
import { createVideoToolset } from '../lib/index.ts';
import type { ParameterSchema, Tool } from '../types/tool.ts';

/** docs/tools.md, out of the definitions that models see. */
export function toolsPage(): string {
  const tools = createVideoToolset({ tools: ['all', 'storyboard'], server: 'auto' });
  return [
    '# The tools',
    GENERATED,
    INTRODUCTION,
    '## Which tools a model sees',
    CHOICE,
    table(
      ['preset', 'tools'],
      Object.entries(PRESETS).map(([name, names]) => [code(name), presetCell(name, names)]),
    ),
    '## What comes back',
    RESULTS,
    ...tools.flatMap(toolSection),
  ]
    .join('\n\n')
    .concat('\n');
}

const GENERATED = '<!-- Generated from lib/tools by `npm run docs`: change the definitions, not this page. -->';

const INTRODUCTION =
  'Every tool is `{ name, title, description, parameters, annotations, run }`; `parameters` is plain JSON Schema: flat, closed, each\n' +
  'parameter described. `runTool(tool, input, context)` never throws: what went wrong is a result. Names and schemas keep the rules\n' +
  "of OpenAI's and Anthropic's tools; for strict function modes every parameter is required and may be null.";

const CHOICE =
  '`createVideoToolset({ tools })`, `openRuntime({ tools })` or `VIDEO_TOOLS` take a preset, or a list of names and presets (apart by\n' +
  'commas in the variable). What the server at hand (`VIDEO_SERVER`) is known not to offer is left out; the embedded studio offers all.\n' +
  'The command line and the agents, whose prompt files name their tools, have every tool in any case.';

const RESULTS =
  'A result is `{ summary, data }`, and `isError: true` where it is a failure. The summary is one line. `data` holds, as far as it\n' +
  'applies, `published`, `jobs` (`id`, `key`, `status`, `progress`, …), `files`, and `next_step`: one sentence, and where it is a call,\n' +
  '`Call <tool> with <JSON>`. Files are named by paths of the workspace; no result holds bytes. A failure holds\n' +
  '`error: { code, message, submitted, job_id?, billed, retryable, next_step? }`: `submitted` and `billed` say where the money stands.\n' +
  'A next step names no tool that the model does not have; what a server said of a failure is short, and stands in quotation marks.\n' +
  'Every tool that makes a job goes through the [ledger](ledger.md): the same call again pays for nothing.';

function presetCell(preset: string, names: readonly string[]): string {
  return preset === 'all' ? 'every `video_*` and `cdn_*` tool below' : names.map(code).join(', ');
}

function toolSection({ name, title, description, parameters, annotations }: Tool): string[] {
  const rows = Object.entries(parameters.properties).map(([parameter, schema]) => [
    code(parameter),
    typeOf(schema),
    parameters.required.includes(parameter) ? 'yes' : '',
    schema.description,
  ]);
  return [
    `## ${name}`,
    `**${title}.** ${description}`,
    effectOf(annotations),
    table(['parameter', 'type', 'required', ''], rows),
  ];
}

function effectOf({ readOnlyHint, destructiveHint, idempotentHint, costsMoney }: Tool['annotations']): string {
  const effects = [
    readOnlyHint && 'Reads only',
    costsMoney && 'Costs money on a paid server',
    destructiveHint && 'Destroys; a person is asked first',
    idempotentHint && !readOnlyHint && 'Harmless to repeat',
  ];
  const known = effects.filter((effect) => effect !== false);
  return `*${known.length === 0 ? 'Writes; makes no job.' : `${known.join('. ')}.`}*`;
}

function typeOf(schema: ParameterSchema): string {
  switch (schema.type) {
    case 'string':
      return schema.enum?.map(code).join(', ') ?? ['text', limits(schema.minLength, schema.maxLength)].join('');
    case 'integer':
    case 'number':
      return [schema.type, limits(schema.minimum, schema.maximum)].join('');
    case 'array':
      return ['list of texts', limits(schema.minItems, schema.maxItems)].join('');
    case 'boolean':
      return 'true or false';
  }
}

/** An upper limit is what a caller meets; that a text is not empty goes without saying. */
function limits(least: number | undefined, most: number | undefined): string {
  return most === undefined ? '' : `, ${least ?? 0} to ${most.toLocaleString('en')}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
