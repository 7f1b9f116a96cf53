import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { i420Size } from './yuv.ts';

export interface EncoderSize {
  width: number;
  height: number;
  fps: number;
}

/** From the worker: a frame that is encoded and may be filled again, or the whole stream. */
export type EncoderReply =
  | { kind: 'encoded'; frame: Uint8Array<ArrayBuffer> }
  | { kind: 'stream'; bytes: Uint8Array<ArrayBuffer> };
/** To the worker: a frame, or nothing more. */
export type EncoderOrder = { kind: 'frame'; frame: Uint8Array<ArrayBuffer> } | { kind: 'end' };

export interface EncoderThread {
  /** Waits while the encoder is too far behind. */
  emptyFrame(): Promise<Uint8Array<ArrayBuffer>>;
  /** Takes the frame: it must not be used after. */
  add(frame: Uint8Array<ArrayBuffer>): void;
  finish(): Promise<Uint8Array>;
}

const FRAMES_UNDERWAY = 3;

/** The encoder, which takes half of all the time, in a thread beside the painter. */
export function createEncoderThread(size: EncoderSize, onEncoded: (done: number) => void): EncoderThread {
  const ending = extname(fileURLToPath(import.meta.url));
  const worker = new Worker(new URL(`./encoderWorker${ending}`, import.meta.url), { workerData: size });
  const empty = Array.from({ length: FRAMES_UNDERWAY }, () => new Uint8Array(i420Size(size.width, size.height)));
  const stream = Promise.withResolvers<Uint8Array>();
  // Whoever waits for a frame hears of a failure, too; nobody may be waiting for the stream yet.
  stream.promise.catch(() => undefined);
  let waiting: PromiseWithResolvers<void> | undefined;
  let failure: Error | undefined;
  let done = 0;
  const fail = (error: Error) => {
    failure = error;
    stream.reject(error);
    waiting?.reject(error);
  };
  worker.on('message', (reply: EncoderReply) => {
    if (reply.kind === 'stream') return stream.resolve(reply.bytes);
    empty.push(reply.frame);
    onEncoded(++done);
    waiting?.resolve();
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('The encoder stopped')));
  const send = (order: EncoderOrder) => worker.postMessage(order, order.kind === 'frame' ? [order.frame.buffer] : []);
  return {
    async emptyFrame() {
      for (;;) {
        if (failure) throw failure;
        const frame = empty.pop();
        if (frame) return frame;
        waiting = Promise.withResolvers();
        await waiting.promise;
      }
    },
    add: (frame) => send({ kind: 'frame', frame }),
    async finish() {
      send({ kind: 'end' });
      const bytes = await stream.promise;
      await worker.terminate();
      return bytes;
    },
  };
}
