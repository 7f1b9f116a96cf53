import path from 'node:path';
import type { ErrorCode, ErrorReport } from '../../types/error.ts';
import type { ToolResult } from '../../types/tool.ts';
import type { Workspace } from '../workspace.ts';

/** The agreed exit codes: 1 failed, 2 wrong usage, 3 over budget or not approved, 4 still running, 130 interrupted. */
export function exitCodeOf(code: ErrorCode): number {
  if (code === 'invalid_argument' || code === 'invalid_configuration' || code === 'outside_workspace') return 2;
  if (code === 'not_approved') return 3;
  if (code === 'not_ready') return 4;
  return code === 'aborted' ? 130 : 1;
}

export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** A tool's `Call x with {…}` as the command a person types. */
export function commandFor(nextStep: string): string {
  return nextStep.replace(
    /\bCall (video|cdn)_(\w+) with (\{.*?\})(?= |\.|$)(?: (?:to go on|again|first)\b)?\.?/,
    (call, _family, operation: string, json: string) => {
      const args = parsedObject(json);
      const target = [args.ids ?? args.id ?? args.path ?? []].flat();
      if (operation === 'list') return `Go on with: video-toolset list${optionsOf(args)}`;
      const command = operation === 'upload' ? 'publish' : operation;
      return target.length === 0 ? call : `Go on with: video-toolset ${command} ${target.map(typed).join(' ')}`;
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
function typed(value: unknown): string {
  const text = String(value);
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A failure as a person reads it on stderr. */
export function printError({ code, message, job_id, next_step }: ErrorReport): void {
  const lines = [`Error: ${message}`];
  if (job_id !== undefined && !message.includes(job_id)) lines.push(`Job: ${job_id}`);
  if (code === 'not_approved') lines.push('Run it again with --yes to approve it.');
  else if (next_step !== undefined) lines.push(commandFor(next_step));
  process.stderr.write(`${lines.join('\n')}\n`);
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
