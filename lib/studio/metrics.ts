import type { FastifyInstance } from 'fastify';

/** Upper bounds, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const PREFIX = 'studio_';

type Labels = Readonly<Record<string, string>>;

/** One figure in the text format of Prometheus. */
export interface Metric {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  values: readonly { labels?: Labels; value: number }[];
}

interface Latency {
  labels: Labels;
  /** By bucket; what is above all of them is counted in `count` only. */
  buckets: number[];
  seconds: number;
  count: number;
}

/**
 * `/metrics`, for Prometheus: how requests were answered, and what `read` tells.
 * Source: Prometheus text exposition format 0.0.4.
 */
export function registerMetrics(server: FastifyInstance, read: () => Promise<Metric[]>): void {
  const latencies = new Map<string, Latency>();

  server.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request;
    // Streams last as long as somebody listens.
    if (routeOptions.url === '/studio/events') return;
    const labels = { method, route: routeOptions.url ?? 'none', status: String(reply.statusCode) };
    const key = Object.values(labels).join(' ');
    const latency = latencies.get(key) ?? { labels, buckets: BUCKETS.map(() => 0), seconds: 0, count: 0 };
    const seconds = reply.elapsedTime / 1_000;
    latencies.set(key, {
      ...latency,
      buckets: latency.buckets.map((count, index) => count + (seconds <= (BUCKETS[index] ?? 0) ? 1 : 0)),
      seconds: latency.seconds + seconds,
      count: latency.count + 1,
    });
  });

  server.get('/metrics', async (_request, reply) => {
    const metrics = [...(await read()), ...processMetrics()];
    reply.type('text/plain; version=0.0.4; charset=utf-8');
    return [...metrics.flatMap(linesOf), ...latencyLines([...latencies.values()]), ''].join('\n');
  });
}

function linesOf({ name, help, type, values }: Metric): string[] {
  const head = headOf(name, help, type);
  return [...head, ...values.map(({ labels, value }) => line(name, labels, value))];
}

function latencyLines(latencies: readonly Latency[]): string[] {
  const name = `${PREFIX}http_request_duration_seconds`;
  return [
    ...headOf(name, 'How long requests took to be answered.', 'histogram'),
    ...latencies.flatMap(({ labels, buckets, seconds, count }) => [
      ...buckets.map((value, index) => line(`${name}_bucket`, { ...labels, le: String(BUCKETS[index]) }, value)),
      line(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
      line(`${name}_sum`, labels, seconds),
      line(`${name}_count`, labels, count),
    ]),
  ];
}

function headOf(name: string, help: string, type: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function line(name: string, labels: Labels = {}, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text.replace(/[\\"\n]/g, '\\$&')}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function processMetrics(): Metric[] {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const one = (name: string, help: string, type: Metric['type'], value: number) => ({
    name,
    help,
    type,
    values: [{ value }],
  });
  return [
    one('process_resident_memory_bytes', "Memory of the studio's own process, without its renders.", 'gauge', rss),
    one('nodejs_heap_used_bytes', 'Memory in objects.', 'gauge', heapUsed),
    one('process_cpu_seconds_total', 'Processor time of that process.', 'counter', (user + system) / 1e6),
    one('process_start_time_seconds', 'When it started.', 'gauge', Date.now() / 1_000 - process.uptime()),
  ];
}
