import type { JobStatus, OpenJobs } from './job.ts';
import type { Metric } from './metrics.ts';
import type { RenderEnd } from './renders.ts';
import type { Evictions } from './retention.ts';

/** How the studio stands at this moment. */
export interface Figures {
  byStatus: Partial<Record<JobStatus, number>>;
  /** Of this process. */
  open: OpenJobs[];
  /** On the disk. */
  bytes: number;
  quotaBytes: number;
  evictions: Evictions;
  /** Pages that listen. */
  streams: number;
}

/** Counts how renders end, and tells that and how the studio stands as figures for Prometheus. */
export interface Tally {
  add(end: RenderEnd): void;
  metricsOf(figures: Figures): Metric[];
}

export function createTally(): Tally {
  const ends = new Map<string, { labels: { lane: string; outcome: string }; renders: number; seconds: number }>();
  return {
    add({ lane, outcome, seconds }) {
      const key = `${lane} ${outcome}`;
      const before = ends.get(key) ?? { renders: 0, seconds: 0 };
      const labels = { lane, outcome };
      ends.set(key, { labels, renders: before.renders + 1, seconds: before.seconds + seconds });
    },

    metricsOf({ byStatus, open, bytes, quotaBytes, evictions, streams }) {
      const all = [...ends.values()];
      return [
        gauge(
          'studio_jobs',
          'Jobs by status, of all studios on this state folder.',
          Object.entries(byStatus).map(([status, value]) => ({ labels: { status }, value })),
        ),
        gauge(
          'studio_jobs_waiting',
          'Jobs in the queue of this process.',
          open.map(({ lane, queued }) => ({ labels: { lane }, value: queued })),
        ),
        gauge(
          'studio_renders_running',
          'Renders of this process.',
          open.map(({ lane, running }) => ({ labels: { lane }, value: running })),
        ),
        gauge('studio_kept_bytes', 'Bytes in the files of all jobs.', [{ value: bytes }]),
        gauge('studio_quota_bytes', 'What they may have.', [{ value: quotaBytes }]),
        gauge('studio_event_streams', 'Pages that listen to this process.', [{ value: streams }]),
        counter(
          'studio_renders_total',
          'Renders that ended, by how.',
          all.map(({ labels, renders }) => ({ labels, value: renders })),
        ),
        counter(
          'studio_rendered_seconds_total',
          'Length of the clips that were completed.',
          all
            .filter(({ labels }) => labels.outcome === 'completed')
            .map(({ labels: { lane }, seconds }) => ({ labels: { lane }, value: seconds })),
        ),
        counter(
          'studio_evictions_total',
          'Clips whose files were removed, by why.',
          Object.entries(evictions).map(([reason, value]) => ({ labels: { reason }, value })),
        ),
      ];
    },
  };
}

function gauge(name: string, help: string, values: Metric['values']): Metric {
  return { name, help, type: 'gauge', values };
}

function counter(name: string, help: string, values: Metric['values']): Metric {
  return { name, help, type: 'counter', values };
}
