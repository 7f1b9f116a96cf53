/**
 * A video model of the AI SDK: it starts a clip, says how to go on with it in another process, and waits for it.
 *
 *     node docs/examples/aiSdkVideo.ts "A red kite over a meadow"
 *     node docs/examples/aiSdkVideo.ts --operation '{"clip":"clip-…"}'
 *
 * It needs no key: where VIDEO_BASE_URL names no server, the studio draws a preview.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  experimental_getVideoStatus as getVideoStatus,
  type JSONValue,
  experimental_startVideo as startVideo,
} from 'ai';
// In a program of your own: 'video-toolset/ai-sdk'.
import { createVideoModel } from '../../lib/adapters/aiSdk.ts';

const { values, positionals } = parseArgs({ options: { operation: { type: 'string' } }, allowPositionals: true });
const [prompt = 'A red kite over a meadow'] = positionals;
const model = createVideoModel();

async function start(): Promise<JSONValue> {
  const { operation, warnings } = await startVideo({ model, prompt, duration: 4, resolution: '1280x720' });
  for (const warning of warnings) process.stderr.write(`${JSON.stringify(warning)}\n`);
  process.stderr.write(`Started: --operation '${JSON.stringify(operation)}'\n`);
  return operation;
}

const operation: JSONValue = values.operation === undefined ? await start() : JSON.parse(values.operation);
for (;;) {
  const status = await getVideoStatus(model, { operation });
  const { progress = 0, path } = status.providerMetadata?.['video-toolset'] ?? {};
  process.stderr.write(`${status.status} ${progress} %\n`);
  if (status.status === 'completed') {
    const [video] = status.videos;
    process.stdout.write(`${path} ${video?.type === 'binary' ? video.data.length : 0} bytes\n`);
    break;
  }
  if (status.status === 'error') {
    process.stderr.write(`${status.error}\n`);
    process.exitCode = 1;
    break;
  }
  await sleep(1_000);
}
await model.close();
