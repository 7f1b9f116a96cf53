import { parentPort, workerData } from 'node:worker_threads';
import { createFrameEncoder } from './encode.ts';
import type { EncoderOrder, EncoderReply, EncoderSize } from './encoderThread.ts';

const { width, height, fps }: EncoderSize = workerData;
const encoder = await createFrameEncoder(width, height, fps);

parentPort?.on('message', (order: EncoderOrder) => {
  if (order.kind === 'end') {
    const bytes = Uint8Array.from(encoder.finish());
    return reply({ kind: 'stream', bytes }, bytes.buffer);
  }
  encoder.add(order.frame);
  reply({ kind: 'encoded', frame: order.frame }, order.frame.buffer);
});

function reply(message: EncoderReply, transfer: ArrayBuffer): void {
  parentPort?.postMessage(message, [transfer]);
}
