export type Stage = 'queued' | 'running' | 'completed' | 'failed' | 'moderated';

/** How a test server remembers what it was asked for; each server shows it in its own words. */
export interface Job {
  id: string;
  /** As it arrived, the image apart. */
  fields: Readonly<Record<string, unknown>>;
  prompt: string;
  /** How the reference image arrived. */
  image: 'upload' | 'url' | 'data' | 'file_id' | undefined;
  createdAt: number;
  polls: number;
  isCancelling: boolean;
}

export interface Jobs {
  readonly all: readonly Job[];
  /** How many were ever made: what a user would have paid for. */
  readonly created: number;
  make(fields: Record<string, unknown>, image?: Job['image']): Job;
  find(id: string): Job | undefined;
  /** Counts a poll, on which the job's time depends. */
  poll(job: Job): Stage;
  stage(job: Job): Stage;
  remove(job: Job): void;
}

/** @param newId from the number of jobs made before */
export function createJobs(newId: (number: number) => string, { pollsToEnd = 3 } = {}): Jobs {
  const jobs: Job[] = [];
  let created = 0;

  const stage = ({ prompt, polls }: Job): Stage => {
    if (polls <= 1) return 'queued';
    if (polls < pollsToEnd || prompt.includes('endless')) return 'running';
    if (prompt.includes('moderated')) return 'moderated';
    return prompt.includes('fails') ? 'failed' : 'completed';
  };

  return {
    all: jobs,
    get created() {
      return created;
    },
    make(fields, image) {
      const job = {
        id: newId(created++),
        fields,
        prompt: String(fields.prompt ?? ''),
        image,
        createdAt: 1_760_000_000 + created,
        polls: 0,
        isCancelling: false,
      };
      jobs.push(job);
      return job;
    },
    find: (id) => jobs.find((job) => job.id === id),
    poll(job) {
      job.polls++;
      return stage(job);
    },
    stage,
    remove(job) {
      jobs.splice(jobs.indexOf(job), 1);
    },
  };
}

/** The reference's word for each stage. */
export const STATUS_WORDS = {
  queued: 'queued',
  running: 'in_progress',
  completed: 'completed',
  failed: 'failed',
  moderated: 'failed',
};

export const FAILURE = 'The GPU ran out of memory.';
export const MODERATION = 'Your request was blocked by our moderation system.';

/** One page in the reference's manner: newest first, after a cursor. */
export function pageOf<T extends { id: string }>(items: readonly T[], query: URLSearchParams) {
  const sorted = query.get('order') === 'asc' ? [...items] : items.toReversed();
  const after = query.get('after');
  const rest = after === null ? sorted : sorted.slice(sorted.findIndex(({ id }) => id === after) + 1);
  const page = rest.slice(0, Number(query.get('limit') ?? 20));
  return { page, hasMore: rest.length > page.length };
}
