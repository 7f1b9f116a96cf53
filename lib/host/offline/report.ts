import { HAND_OFF, records } from './conversation.ts';
import { failureOf, type Thread } from './threads.ts';

/** What came of each clip, in the words of the results; nothing that no result shows. */
export function report(threads: readonly Thread[], publish: boolean): string {
  const steps = threads.flat();
  const published = [
    ...new Set(steps.flatMap(({ result }) => records(result.published).map(({ url }) => String(url)))),
  ];
  const saved = [...new Set(steps.flatMap(({ result }) => records(result.files).map(({ path }) => String(path))))];
  const count = Math.max(published.length, saved.length);
  const isPreview = steps.some(({ result }) => records(result.jobs).some(({ model }) => model === 'animatic'));
  const previews = count > 1 ? 'These are previews' : 'It is a preview';
  const head = count === 1 ? 'The clip is done' : `${count} clips are done`;
  const unpublished = publish || published.length > 0 ? '.' : ' and, as you asked, not published.';
  return [
    ...(count > 0 ? [`${head}${unpublished}`] : []),
    ...saved.map((path) => `Saved in the workspace: ${path}`),
    ...published.map((url) => `Published: ${url}`),
    ...threads.flatMap((thread, index) => restOf(thread, threads.length > 1 ? `Clip ${index + 1}: ` : '')),
    ...(isPreview ? [`${previews} drawn by the built-in studio, not generative video.`] : []),
  ].join('\n');
}

/** What a thread came to, where that is no file. */
function restOf(thread: Thread, label: string): string[] {
  const last = thread.at(-1);
  if (last === undefined) return [];
  const failure = failureOf(last);
  if (failure !== undefined) {
    const { message, next_step } = failure;
    return [`${label}It did not work: ${message}`, ...(next_step ? [`What to do: ${next_step}`] : [])];
  }
  const { published, files, summary, next_step, jobs } = last.result;
  if (records(published).length > 0 || records(files).length > 0) return [];
  if (last.tool === HAND_OFF) return [`${label}${ownWords(last.result.text ?? summary)}`];
  const listed = last.tool === 'video_list' ? records(jobs).map(lineOf) : [];
  return [
    `${label}${summary ?? 'Nothing was done.'}`,
    ...listed,
    ...(typeof next_step === 'string' ? [next_step] : []),
  ];
}

function lineOf({ id, status, seconds, size }: Record<string, unknown>): string {
  return [`${id}: ${status}`, ...(seconds ? [`${seconds} s`] : []), ...(size ? [String(size)] : [])].join(', ');
}

/** The agent that work was handed to may be the offline model, too, and says so at its end. */
function ownWords(text: unknown): string {
  return String(text).split('\n\nI am the built-in offline model')[0] ?? '';
}
