import { withoutControls } from './controls.ts';

/** Diagnostics for whoever looks into a problem; results and progress go elsewhere. */
export interface Log {
  debug(message: string, facts?: Record<string, unknown>): void;
}

export interface LogOptions {
  /** @default false */
  enabled?: boolean;
  /** Values that are masked wherever they appear. */
  secrets?: readonly string[];
  /** @default a line on stderr */
  write?: (line: string) => void;
}

const SECRET_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [secret]'],
  [/\bsk-[\w-]{8,}/g, '[secret]'],
  [/\b((?:x-litellm-)?api[-_]?key|authorization)(["']?\s*[:=]\s*["']?)[^\s"',}[]+/gi, '$1$2[secret]'],
  [/\/\/[^\s/@]+@/g, '//[secret]@'],
  [/([?&](?:X-Amz-Signature|X-Amz-Credential|sig|signature|token|key)=)[^&\s"']+/gi, '$1[secret]'],
];

/** Masks known secrets and whatever looks like one. */
export function redact(text: string, secrets: readonly string[] = []): string {
  const known = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    // The longest first: a secret may be the beginning of another one.
    .toSorted((first, second) => second.length - first.length);
  const masked = known.reduce((result, secret) => result.replaceAll(secret, '[secret]'), text);
  return SECRET_SHAPES.reduce((result, [shape, replacement]) => result.replace(shape, replacement), masked);
}

export function createLog({ enabled = false, secrets = [], write = writeToStderr }: LogOptions = {}): Log {
  return {
    debug(message, facts) {
      if (!enabled) return;
      const detail = facts === undefined ? '' : ` ${JSON.stringify(facts)}`;
      write(`${new Date().toISOString()} ${redact(message + detail, secrets)}`);
    },
  };
}

function writeToStderr(line: string): void {
  process.stderr.write(`${withoutControls(line)}\n`);
}
