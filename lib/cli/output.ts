import path from 'node:path';
import type { ErrorCode, ErrorReport } from '../../types/error.ts';
import type { ToolResult } from '../../types/tool.ts';
import { escapedControls, withoutControls } from '../controls.ts';
import type { Workspace } from '../workspace.ts';
import { cutToWidth } from './width.ts';

/** The agreed exit codes: 1 failed, 2 wrong usage, 3 over budget or not approved, 4 still running, 130 interrupted. */
export function exitCodeOf(code: ErrorCode): number {
  if (code === 'invalid_argument' || code === 'invalid_configuration' || code === 'outside_workspace') return 2;
  if (code === 'seconds_required') return 2;
  if (code === 'not_approved' || code === 'over_budget') return 3;
  if (code === 'not_ready') return 4;
  return code === 'aborted' ? 130 : 1;
}

let isJsonPrinted = false;

/** The one document of a run: whatever goes wrong after it is told on stderr alone. */
export function printJson(document: unknown, indent = 2): void {
  if (isJsonPrinted) return;
  isJsonPrinted = true;
  process.stdout.write(`${escapedControls(JSON.stringify(document, null, indent))}\n`);
}

/** Text for stdout. What a server or a model said cannot act on the terminal. */
export function print(text: string): void {
  process.stdout.write(withoutControls(text));
}

/** One line of a list; on a terminal, as much of it as fits. */
export function printRow(text: string): void {
  const { isTTY, columns } = process.stdout;
  const line = oneLine(text);
  // Some terminals do not say how wide they are.
  print(`${isTTY && columns > 0 ? cutToWidth(line, columns - 1) : line}\n`);
}

/** A text that a list or a question has one line for. */
export function oneLine(text: string): string {
  return withoutControls(text).replace(/[\n\t]+/g, ' ');
}

/** Text for stderr, of which the same holds. */
export function tell(text: string): void {
  process.stderr.write(withoutControls(text));
}

/** A tool's `Call x with {…}` as the command a person types. */
export function commandFor(nextStep: string): string {
  return nextStep.replace(
    /\bCall (video|cdn|storyboard)_(\w+) with (\{.*?\})(?= |\.|$)(?: (?:to go on|again|first)\b)?\.?/,
    (call, family: string, operation: string, json: string) => {
      const args = parsedObject(json);
      if (operation === 'list') return `Go on with: video-toolset list${optionsOf(args)}`;
      const ids = [args.ids ?? args.id ?? []].flat().map(typed);
      const target = args.path === undefined ? afterDashes(ids) : [typedFile(args.path)];
      if (family === 'storyboard') return `Go on with: video-toolset storyboard resume ${ids.join(' ')}`;
      if (operation === 'produce') return 'Go on with: video-toolset produce --resume';
      const command = operation === 'upload' ? 'publish' : operation;
      return target.length === 0 ? call : `Go on with: video-toolset ${command} ${target.join(' ')}`;
    },
  );
}

/** `--limit 2 --after video_1` */
function optionsOf(args: Record<string, unknown>): string {
  return Object.entries(args)
    .map(([name, value]) => ` --${name} ${typed(value)}`)
    .join('');
}

/** An argument as a shell takes it. */
export function typed(value: unknown): string {
  const text = String(value);
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A path that no command takes for an option. */
function typedFile(value: unknown): string {
  const file = String(value);
  return typed(file.startsWith('-') ? `./${file}` : file);
}

function afterDashes(words: string[]): string[] {
  return words.some((word) => word.startsWith('-')) ? ['--', ...words] : words;
}

/** What only the person at the terminal can do, where a model is told to ask for it. */
const PERSONS_STEP: Partial<Record<ErrorCode, string>> = {
  not_approved: 'Run it again with --yes to approve it.',
  over_budget:
    'Raise the cap (VIDEO_BUDGET_USD, VIDEO_BUDGET_SECONDS, VIDEO_BUDGET_JOBS) or wait; video-toolset ledger shows what was spent.',
  seconds_required: `Give --seconds N, or say what the server makes without it: VIDEO_PROFILE='{"defaultSeconds":4}'.`,
};

/** A failure as a person reads it on stderr. */
export function printError({ code, message, job_id, next_step }: ErrorReport): void {
  const lines = [`Error: ${message}`];
  if (job_id !== undefined && !message.includes(job_id)) lines.push(`Job: ${job_id}`);
  const hint = PERSONS_STEP[code] ?? (next_step && commandFor(next_step));
  if (code === 'not_approved' && message.includes('delete'))
    lines.push('Run it again with --yes to approve it, or set VIDEO_APPROVE_DELETE=no to approve every delete.');
  else if (hint !== undefined) lines.push(hint);
  tell(`${lines.join('\n')}\n`);
}

/** Paths that can be opened as they stand, whatever the folder. */
export function withAbsolutePaths<T extends { path: string }>(files: readonly T[], workspace: Workspace): T[] {
  return files.map((file) => ({ ...file, path: path.resolve(workspace.root, file.path) }));
}

/** The data of a result, for `--json`. */
export function jsonOf({ data }: ToolResult, workspace: Workspace): Record<string, unknown> {
  const { next_step: _modelHint, files, published, ...rest } = data;
  return {
    ...rest,
    ...(files && { files: withAbsolutePaths(files, workspace) }),
    ...(published && { published: withAbsolutePaths(published, workspace) }),
  };
}

/** A path of the workspace as one types it here. */
export function shownPath(name: string, { root }: Workspace): string {
  const absolute = path.resolve(root, name);
  const relative = path.relative(process.cwd(), absolute);
  return relative.startsWith('..') ? absolute : relative;
}

function parsedObject(json: string): Record<string, unknown> {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
