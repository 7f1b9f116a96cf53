import type { AgentResult } from '../../types/agent.ts';
import type { JobView, ToolData, ToolResult } from '../../types/tool.ts';

export function emptyResult(model: string, session: string): AgentResult {
  return { text: '', published: [], files: [], jobs: [], tool_calls: [], turns: 0, model, session };
}

/** Shows jobs of all who use the server. */
const LIST = 'video_list';

/** Adds what a call came to; of a job the last state stands. */
export function collect(reached: AgentResult, tool: string, { data }: ToolResult): void {
  if (typeof data.error?.code === 'string') reached.failure ??= data.error;
  for (const job of data.jobs === undefined ? jobOfError(data) : named(data.jobs, 'id')) {
    const known = reached.jobs.findIndex(({ id }) => id === job.id);
    if (known !== -1) reached.jobs[known] = job;
    else if (tool !== LIST) reached.jobs.push(job);
  }
  for (const file of named(data.published, 'url')) {
    if (!reached.published.some(({ url }) => url === file.url)) reached.published.push(file);
  }
  for (const file of named(data.files, 'path')) {
    if (!reached.files.some(({ path: present }) => present === file.path)) reached.files.push(file);
  }
}

/** The offline model counts no tokens, and some servers do not. */
export function addUsage(
  reached: AgentResult,
  { inputTokens = 0, outputTokens = 0 }: { inputTokens?: number | undefined; outputTokens?: number | undefined },
): void {
  if (inputTokens + outputTokens === 0) return;
  reached.usage = {
    inputTokens: (reached.usage?.inputTokens ?? 0) + inputTokens,
    outputTokens: (reached.usage?.outputTokens ?? 0) + outputTokens,
  };
}

/** Tools of other modules may mean something else by the same word. */
function named<T>(items: T[] | undefined, name: keyof T): T[] {
  return Array.isArray(items) ? items.filter((item) => typeof Object(item)[name] === 'string') : [];
}

function jobOfError({ error }: ToolData): JobView[] {
  if (error?.job_id === undefined) return [];
  const { code, job_id: id } = error;
  if (code === 'aborted') return [{ id, status: 'in_progress' }];
  return code === 'job_failed' || code === 'moderation_blocked' ? [{ id, status: 'failed' }] : [];
}
