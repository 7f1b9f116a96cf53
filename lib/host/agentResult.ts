import type { AgentResult } from '../../types/agent.ts';
import type { ToolResult } from '../../types/tool.ts';

export function emptyResult(model: string, session: string): AgentResult {
  return { text: '', published: [], files: [], jobs: [], tool_calls: [], model, session };
}

/** Adds what a call came to; of a job the last state stands. */
export function collect(reached: AgentResult, { data }: ToolResult): void {
  const { error } = data;
  const stopped =
    error?.code === 'aborted' && error.job_id !== undefined ? [{ id: error.job_id, status: 'in_progress' }] : [];
  for (const job of data.jobs ?? stopped) {
    const known = reached.jobs.findIndex(({ id }) => id === job.id);
    if (known === -1) reached.jobs.push(job);
    else reached.jobs[known] = job;
  }
  for (const file of data.published ?? []) {
    if (!reached.published.some(({ url }) => url === file.url)) reached.published.push(file);
  }
  for (const file of data.files ?? []) {
    if (!reached.files.some(({ path: present }) => present === file.path)) reached.files.push(file);
  }
}
