/**
 * `disk_full`: the files do not fit. `reference_unreadable`: the reference is no image that can be drawn. `crashed`: the
 * renderer's process ended by itself. `failed`: anything else. The message is for the user; what happened is in `cause`.
 */
export type RenderErrorCode = 'disk_full' | 'reference_unreadable' | 'crashed' | 'failed';

export class RenderError extends Error {
  override readonly name = 'RenderError';
  readonly code: RenderErrorCode;

  constructor(code: RenderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
