import { subscribe } from 'node:diagnostics_channel';
import { DatabaseSync } from 'node:sqlite';

/**
 * Loaded into a program before it starts, this sends it a signal (`TEST_SIGNAL`) the first time it comes to a point on a
 * clip's way (`TEST_STOP`). It watches what the program says to SQLite, and what undici announces.
 */
export type StopPoint =
  | 'before the intent'
  | 'after the intent'
  | 'after connect'
  | 'before the commit point'
  | 'after the commit point'
  | 'after the headers'
  | 'after the answer';

const { TEST_STOP: stop, TEST_SIGNAL: signal = 'SIGKILL' } = process.env;
let isStopped = false;

function reached(point: StopPoint): void {
  if (point !== stop || isStopped) return;
  isStopped = true;
  process.kill(process.pid, signal);
  // The signal may take a moment to arrive, and nothing may happen until then.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
}

const { prepare, exec } = DatabaseSync.prototype;
let isIntent = false;
let isSending = false;

DatabaseSync.prototype.prepare = function (sql, ...options) {
  if (/^INSERT INTO clips/.test(sql)) {
    isIntent = true;
    reached('before the intent');
  }
  if (/^UPDATE clips SET state = \?/.test(sql) && /sent_at = \?/.test(sql) && !/send_deadline/.test(sql)) {
    isSending = true;
    reached('before the commit point');
  }
  return Reflect.apply(prepare, this, [sql, ...options]);
};

DatabaseSync.prototype.exec = function (sql) {
  Reflect.apply(exec, this, [sql]);
  if (sql !== 'COMMIT') return;
  if (isIntent) reached('after the intent');
  if (isSending) reached('after the commit point');
  isIntent = false;
  isSending = false;
};

subscribe('undici:client:connected', () => reached('after connect'));
subscribe('undici:client:sendHeaders', (message) => {
  if (Object(message).request.method === 'POST') reached('after the headers');
});
subscribe('undici:request:trailers', (message) => {
  if (Object(message).request.method === 'POST') reached('after the answer');
});
