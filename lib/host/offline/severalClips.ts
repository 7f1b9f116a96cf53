import { type ClipRequest, clipOf, isInstruction, sentencesOf } from './clipRequest.ts';
import type { NamedRequest } from './names.ts';
import { NUMBER_WORD, numberOf } from './numbers.ts';

/** The clips that are wanted, or what has to be asked first. */
export type Clips = readonly ClipRequest[] | { ask: string };

/** More than that is not divided by rule, but has to be listed. */
const MOST_ANGLES = 6;
const MOST_LISTED = 20;
const OPENING = 'The opening: a wide view of the place.';
const CLOSING = 'The closing: the camera pulls back slowly.';
const BETWEEN = [
  'A detail: a close view of the most telling part.',
  'The movement: the camera follows what happens.',
  'The people or things around it: a medium view.',
  'The light: the same place at another hour.',
];

/** Words that may stand before "clips" without telling of anything that is to be seen. */
const KIND =
  'short|long|quick|brief|different|separate|similar|matching|new|vertical|portrait|landscape|horizontal|widescreen|video|promo|promotional|' +
  'teaser|social|animated|cinematic|silent|looping';
const COUNT = new RegExp(
  `^\\s*(?:(?:please|make|create|produce|film|give|me|us|i|we|want|need|would|like)\\s+){0,5}(?:a\\s+(?:set|series)\\s+of\\s+)?` +
    `(${NUMBER_WORD})\\s+(?:(?:${KIND}|(?:${NUMBER_WORD})[\\s-]*s(?:ec(?:ond)?s?)?),?\\s+){0,4}(?:clips|videos|shots)\\b\\s*(?:(?:of|about|showing|that show)\\b)?`,
  'i',
);
const THESE =
  /^\s*(?:(?:please|make|create|produce|film|me|us)\s+){0,4}(?:these|the following)\s+(?:clips|videos|shots)\b/i;
const FILLER =
  /\b(?:please|make|create|produce|i|we|want|need|these|those|the|following|clips|videos|shots|as|follows)\b/gi;
const LINE = /^\s*(?:\d{1,2}[.)]|[-*•])\s+(\S.*)$/;
const IN_LINE = /(?:^|\s)(\d{1,2})[.)]\s+(?=\S)/g;

/** One request as the clips it asks for: those it lists, or as many as it counts. */
export function readClips(text: string, names: NamedRequest): Clips {
  const [phrase = '', word] = COUNT.exec(text) ?? [];
  const counted = word === undefined ? undefined : numberOf(word);
  const list = listIn(text, phrase, counted);
  if (list === undefined) {
    if (counted === undefined || counted < 2) return [clipOf(text, names)];
    return angles(text, phrase, counted, names);
  }
  const { items, shared } = list;
  if (counted !== undefined && counted !== items.length)
    return { ask: `You ask for ${counted} clips and describe ${items.length}. Which is it?` };
  if (items.length > MOST_LISTED)
    return { ask: `You list ${items.length} clips, and I make ${MOST_LISTED} at once at most.` };
  const common = { ...clipOf(shared, names), prompt: subjectOf(shared, phrase, names) };
  return items.map((item, index) => listed(item, items.slice(0, index), common, names));
}

interface List {
  items: string[];
  /** What is said of all of them, the count included. */
  shared: string;
}

function listIn(text: string, phrase: string, counted: number | undefined): List | undefined {
  const lines = text.split(/\n+/);
  const items = lines.flatMap((line) => LINE.exec(line)?.[1] ?? []);
  const head = lines
    .slice(
      0,
      lines.findIndex((line) => LINE.test(line)),
    )
    .join('\n');
  if (items.length > 1 && opensList(head)) {
    return { items, shared: lines.filter((line) => !LINE.test(line)).join('\n') };
  }
  const marks = [...text.matchAll(IN_LINE)];
  if (
    marks.length > 1 &&
    opensList(text.slice(0, marks[0]?.index)) &&
    marks.every(([, number], index) => Number(number) === index + 1)
  ) {
    const starts = marks.map(({ index }) => index);
    const bodies = marks.map(([mark], index) => text.slice((starts[index] ?? 0) + mark.length, starts[index + 1]));
    return withTail(bodies, text.slice(0, starts[0]));
  }
  const [, title = '', body] = /^([^:\n]{1,300}):\s*(.+)$/s.exec(text) ?? [];
  if (counted === undefined || body === undefined || !title.startsWith(phrase.trimEnd())) return undefined;
  const [first = '', ...tail] = sentencesOf(body);
  const parts = first.split(first.includes(';') ? /\s*;\s*/ : /,\s+(?:and\s+)?|\s+and\s+(?=[^,]*$)/);
  const isList = parts.length === counted && (first.includes(';') || counted > 2);
  return isList ? { items: parts, shared: [title, ...tail].join('\n') } : undefined;
}

/** The description of one clip may hold a list, too: only one that stands alone, or is said to be of clips, is of clips. */
function opensList(head: string): boolean {
  return head.trim() === '' || /\b(?:clips|videos)\b/i.test(head);
}

/** What follows the last item and only says how, is said of all. */
function withTail(bodies: string[], head: string): List {
  const [first = '', ...rest] = sentencesOf(bodies.at(-1) ?? '');
  const tail = rest.filter(isInstruction);
  const last = [first, ...rest.filter((sentence) => !isInstruction(sentence))].join(' ');
  return { items: [...bodies.slice(0, -1), last], shared: [head, ...tail].join('\n') };
}

function listed(item: string, before: string[], common: ClipRequest, names: NamedRequest): ClipRequest {
  const own = clipOf(item.trim().replace(/[,;]$/, ''), names);
  const takes = before.filter((other) => other.trim() === item.trim()).length;
  return {
    ...common,
    ...own,
    prompt: [sentence(own.prompt), common.prompt].filter(Boolean).join(' '),
    publish: common.publish && own.publish,
    ...(takes > 0 && { variation: takes + 1 }),
  };
}

function angles(text: string, phrase: string, count: number, names: NamedRequest): Clips {
  const subject = subjectOf(text, phrase, names);
  if (subject === '') return { ask: 'What should the clips show?' };
  if (count > MOST_ANGLES)
    return {
      ask: `I divide a wish into ${MOST_ANGLES} clips at most: please list what each of the ${count} clips shows.`,
    };
  const clip = clipOf(text, names);
  const views = [OPENING, ...BETWEEN.slice(0, count - 2), CLOSING];
  return views.map((view) => ({ ...clip, prompt: `${subject} ${view}` }));
}

/** What is to be seen, without the count of clips. */
function subjectOf(text: string, phrase: string, names: NamedRequest): string {
  const rest = (text.startsWith(phrase) ? text.slice(phrase.length) : text).replace(THESE, '');
  const told = sentencesOf(rest).filter((words) => /[\p{L}\p{N}]/u.test(words.replace(FILLER, '')));
  return told
    .map((words) => sentence(clipOf(words, names).prompt))
    .filter(Boolean)
    .join(' ');
}

function sentence(words: string): string {
  const trimmed = words.trim().replace(/^[\s,;:–-]+|[\s,;:]+$/g, '');
  const begun = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return trimmed === '' || /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
