import { openRuntime } from '../../lib/runtime.ts';

/**
 * Many calls of one tool at once, in one process: `batch.ts <tool> <JSON list of inputs>`. It prints the data of every
 * result, in the order of the inputs.
 */
const [tool = '', inputs = '[]'] = process.argv.slice(2);
const runtime = openRuntime();
const calls = JSON.parse(inputs).map((input: unknown) => runtime.toolset.call(tool, input, { session: 'batch' }));
const results = await Promise.all(calls);
process.stdout.write(JSON.stringify(results.map(({ data }) => data)));
await runtime.close();
