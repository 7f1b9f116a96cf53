import { VideoToolsetError } from '../errors.ts';

/**
 * A URL path whose placeholders are encoded: the only way an id gets into a URL.
 * @throws VideoToolsetError `invalid_argument` for an id that could lead to another path than meant
 */
export function path(strings: TemplateStringsArray, ...ids: string[]): string {
  return strings.reduce((built, text, index) => built + encodeId(ids[index - 1] ?? '') + text);
}

function encodeId(id: string): string {
  requireId(id);
  return encodeURIComponent(id);
}

/** @throws VideoToolsetError `invalid_argument` for what no server calls a job */
export function requireId(id: string): void {
  if (id === '' || id.length > 1_024 || /[\p{Cc}\s]/u.test(id) || isDotted(id) || !id.isWellFormed()) {
    throw new VideoToolsetError(
      'invalid_argument',
      `${JSON.stringify(id.slice(0, 80))} is not an id: nothing was sent.`,
      {
        next_step: 'Use an id as a tool returned it; video_list shows the known ones.',
      },
    );
  }
}

/** `.` and `..`, plain or encoded once or more, alone or between slashes. */
function isDotted(id: string): boolean {
  if (!/[.%]/.test(id)) return false;
  let decoded = id;
  for (let round = 0; round < 4; round++) {
    if (decoded.split(/[/\\]/).some((part) => /^\.{1,2}$/.test(part))) return true;
    decoded = decoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }
  return false;
}
