type Headers = Record<string, string | string[] | undefined>;

const OPENAI_HOST = 'api.openai.com';
/** Announced by OpenAI in the deprecation note of its own client. */
const OPENAI_END = '2026-09-24';
const INSTEAD =
  'Set VIDEO_BASE_URL to another server that speaks the Videos API, or leave it unset for the previews of the embedded studio.';

/** Is this answer what is left of an API that was switched off? Then what happened, since when, and what to set instead. */
export function retirement(
  host: string,
  status: number,
  headers: Headers,
  said: string,
): { message: string; next_step: string } | undefined {
  const isRefused =
    status === 404 ||
    status === 410 ||
    (status === 400 && /model.{0,80}(not found|not exist)|model_not_found/is.test(said));
  if (!isRefused) return undefined;
  if (host === OPENAI_HOST && !/\bvideo(_| with id)/i.test(said)) {
    return { message: `OpenAI switched its Videos API off on ${OPENAI_END}.`, next_step: INSTEAD };
  }
  const end = announcedEnd(headers);
  return end === undefined || end.getTime() > Date.now()
    ? undefined
    : { message: `This server switched its Videos API off on ${end.toISOString().slice(0, 10)}.`, next_step: INSTEAD };
}

/** A line for a server that still answers, but says that it will not for long. */
export function announcement(headers: Headers): string | undefined {
  const end = announcedEnd(headers);
  if (end !== undefined) return `The server announces that this API ends on ${end.toISOString().slice(0, 10)}.`;
  return headers.deprecation === undefined ? undefined : 'The server says that this API is deprecated.';
}

/** `Sunset` (RFC 8594). */
function announcedEnd(headers: Headers): Date | undefined {
  const value = [headers.sunset].flat()[0];
  const date = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(date) ? undefined : new Date(date);
}
