import { systemCode } from '../errors.ts';

/** No sign of life for too long. */
export class StalledRender extends Error {
  constructor(ms: number) {
    super(`The render made no progress for ${ms / 1_000} seconds and was stopped.`);
    this.name = 'StalledRender';
  }
}

/** What a failed job tells its user. */
export function failureOf(error: unknown): { code: string; message: string } {
  if (systemCode(error) === 'ENOSPC' || /disk is full|ENOSPC/i.test(String(error))) {
    return { code: 'disk_full', message: 'The disk of the studio is full: the clip could not be written.' };
  }
  return { code: 'render_failed', message: error instanceof Error ? error.message : String(error) };
}
