/**
 * The tools in a host that takes them as hello-dave does. The one below only keeps handlers by their names; hello-dave's own
 * set of tools stands in its place, and its model makes the calls.
 *
 *     node docs/examples/helloDave.ts "A red kite over a meadow"
 */
// In a program of your own: 'video-toolset/hello-dave' and 'video-toolset'.
import { registerTools } from '../../lib/adapters/helloDave.ts';
import { createVideoToolset } from '../../lib/index.ts';

const [prompt = 'A red kite over a meadow'] = process.argv.slice(2);

type Handler = (input: unknown, context?: unknown) => Promise<string>;
const handlers = new Map<string, Handler>();
const host = {
  add(name: string, _description: string, _parameters: object, handler: Handler) {
    handlers.set(name, handler);
  },
};

registerTools(host, createVideoToolset({ tools: 'produce' }));

// As a model would call it: the answer is a text, with the summary first.
const progress = ({ percent }: { percent?: number }) => process.stderr.write(`${Math.round(percent ?? 0)} %\n`);
const text = await handlers.get('video_produce')?.({ prompt, seconds: 4 }, { progress });
const { summary, published, error } = JSON.parse(text ?? '{}');
process.stdout.write(`${published?.[0]?.url ?? summary}\n`);
process.exitCode = error === undefined ? 0 : 1;
