import { systemCode } from '../errors.ts';

/** No sign of life for too long. */
export class StalledRender extends Error {
  constructor(ms: number) {
    super(`The render made no progress for ${ms / 1_000} seconds and was stopped.`);
    this.name = 'StalledRender';
  }
}

/** A failure that has a code of its own, in words for the job's user. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  readonly code: string;
  /** Is it certain that no provider took the request, so that nothing is billed? */
  readonly isUnasked: boolean;

  constructor(
    code: string,
    message: string,
    { isUnasked = false, ...options }: ErrorOptions & { isUnasked?: boolean } = {},
  ) {
    super(message, options);
    this.code = code;
    this.isUnasked = isUnasked;
  }
}

/** Of a clip that may have been made and billed, though nobody knows it. */
export const OUTCOME_UNKNOWN = 'outcome_unknown';

/** Between the asking for a clip and the storing of its ticket the studio ended: whether there is a clip nobody knows. */
export function outcomeUnknown(engine: string): JobFailure {
  return new JobFailure(
    OUTCOME_UNKNOWN,
    `The studio ended while it asked ${engine} for this clip: it may have been made, and billed. It was not asked for ` +
      "again. Look at the provider's own list of jobs before you make a new one.",
  );
}

/** What a failed job tells its user. */
export function failureOf(error: unknown): { code: string; message: string } {
  if (systemCode(error) === 'ENOSPC' || /disk is full|ENOSPC/i.test(String(error))) {
    return { code: 'disk_full', message: 'The disk of the studio is full: the clip could not be written.' };
  }
  if (error instanceof JobFailure) return { code: error.code, message: error.message };
  return { code: 'render_failed', message: error instanceof Error ? error.message : String(error) };
}
