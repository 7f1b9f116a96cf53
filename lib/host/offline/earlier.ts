import { type Call, type Conversation, HAND_OFF, type Round, records } from './conversation.ts';

/** Calls that make a job. */
const MAKERS = ['video_produce', 'video_create', 'video_remix', 'video_edit', 'video_extend', HAND_OFF];
/** How another take is asked for in words. */
const TAKE_IN_TASK = /\nTake (\d{1,3})\.$/;

/** The last clip once more, exactly as it was asked for. */
export function anotherTake(count: number, earlier: readonly Round[]): Call[] | string {
  const made = earlier.flatMap(({ steps }) => steps.filter(isMaking));
  const last = made.at(-1);
  if (last === undefined)
    return 'There is no clip in this session of which another take could be made. Nothing was made.';
  const { tool, input } = last;
  const wish = withoutTake(input);
  const taken = made.filter((step) => step.tool === tool && withoutTake(step.input).same === wish.same).map(takeOf);
  const latest = Math.max(...taken);
  return Array.from({ length: count }, (_, index) => {
    const variation = latest + index + 1;
    if (tool !== HAND_OFF) return { tool, input: { ...wish.input, variation } };
    return { tool, input: { ...wish.input, task: `${wish.input.task}\nTake ${variation}.` } };
  });
}

function isMaking({ tool, input }: Call): boolean {
  return MAKERS.includes(tool) && input.key === undefined;
}

function takeOf({ tool, input }: Call): number {
  const take = tool === HAND_OFF ? TAKE_IN_TASK.exec(String(input.task))?.[1] : input.variation;
  return Number(take ?? 1) || 1;
}

function withoutTake({ variation: _take, ...input }: Record<string, unknown>) {
  const plain = typeof input.task === 'string' ? { ...input, task: input.task.replace(TAKE_IN_TASK, '') } : input;
  return { input: plain, same: JSON.stringify(plain) };
}

/** What "it" is: the one clip of the last request that made any. */
export function lastJob(earlier: readonly Round[]): string[] | string {
  for (const { steps } of earlier.toReversed()) {
    const jobs = steps.filter(({ tool }) => tool !== 'video_list').flatMap(({ result }) => records(result.jobs));
    const ids = [...new Set(jobs.filter(({ status }) => status !== 'failed').map(({ id }) => String(id)))];
    if (ids.length === 1) return ids;
    if (ids.length > 1) return `Which clip? Name its job id: ${ids.join(', ')}. Nothing was done yet.`;
  }
  return 'Which clip? Name its job id. Nothing was done yet.';
}

/** Every job that the results of a conversation name. */
export function knownIds({ rounds }: Conversation): string[] {
  const results = rounds.flatMap(({ steps }) => steps.map(({ result }) => result));
  const ids = results.flatMap(({ jobs }) => records(jobs).map(({ id }) => String(id)));
  return [...new Set(ids)].filter((id) => id.length > 3 && /\d/.test(id));
}
