import type { Command } from 'commander';
import { invokeTool } from './invocation.ts';

/** A command that makes one job, and prints its id and how to go on. */
export function invokeMaking(
  command: Command,
  tool: string,
  args: Record<string, unknown>,
  session: string | undefined,
): Promise<void> {
  return invokeTool(
    command,
    tool,
    () => args,
    ({ summary, data }, { runtime, progress }) => {
      const { id, key } = data.jobs?.[0] ?? {};
      if (data.published !== undefined) return `${id}\n${summary}`;
      if (!summary.startsWith('Job ')) progress.note(summary);
      const note =
        runtime.config.baseUrl === undefined ? ' (the embedded studio renders while a program of yours runs)' : '';
      return `${id}\nGo on with: video-toolset wait ${id ?? key}${note}`;
    },
    session,
  );
}
