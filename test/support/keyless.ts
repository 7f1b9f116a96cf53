import { Readable } from 'node:stream';
import { secretsOf } from '../../lib/config.ts';
import { createLog, type Log } from '../../lib/log.ts';
import { assertNoKey } from './key.ts';

/** The same object, whose methods fail where what they give or throw holds the key. */
export function keyless<Target extends object>(target: Target): Target {
  return new Proxy(target, {
    get(object, name, receiver) {
      const value: unknown = Reflect.get(object, name, receiver);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]) => {
        const result: unknown = Reflect.apply(value, object, parameters);
        if (!(result instanceof Promise)) return result;
        return result.then(
          (answer) => {
            assertNoKey(`what ${String(name)} returns`, withoutStream(answer));
            return answer;
          },
          (error) => {
            assertNoKey(`the error of ${String(name)}`, error);
            throw error;
          },
        );
      };
    },
  });
}

/** The debug log as a runtime makes it; `check` fails where a line of it holds the key. */
export function keylessLog(config: Parameters<typeof secretsOf>[0]): { log: Log; check(): void } {
  const lines: string[] = [];
  const log = createLog({ enabled: true, secrets: secretsOf(config), write: (line) => lines.push(line) });
  return { log, check: () => assertNoKey('the log', lines.join('\n')) };
}

/** A stream has yet to be read, and knows the request that it answers. */
function withoutStream(answer: unknown): unknown {
  const isStreaming =
    typeof answer === 'object' && answer !== null && 'body' in answer && answer.body instanceof Readable;
  return isStreaming ? { ...answer, body: undefined } : answer;
}
