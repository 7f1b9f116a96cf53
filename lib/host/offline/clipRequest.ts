import { CHARACTER, type NamedRequest, namesIn, PICTURE, readNames, VIDEO } from './names.ts';
import { DURATION, secondsOf } from './numbers.ts';

/** What can be read out of a request for a clip without understanding it. */
export interface ClipRequest {
  /** Empty where the request says nothing of what is to be seen. */
  prompt: string;
  seconds?: number;
  /** `WIDTHxHEIGHT` */
  size?: string;
  publish: boolean;
  /** The first frame: a path of the workspace, or an address. */
  picture?: string;
  /** Ids. */
  characters?: readonly string[];
  /** To be made of a video first. */
  newCharacter?: { name: string; video: string };
  /** Another take of the same. */
  variation?: number;
}

const SIZE = /\b(\d{3,4})\s*[x×]\s*(\d{3,4})\b/i;
const LANDSCAPE = /\b(?:landscape|horizontal|widescreen|16:9)\b(?!\s+(?:of|with|painting))/i;
const PORTRAIT = /\b(?:portrait|vertical|upright|9:16)\b(?!\s+(?:of|painting))/i;
const NO_PUBLISHING = /\b(?:do not|don['’]?t|never|without|no|not)\s+(?:publish|upload)\w*/i;
const PUBLISHING = /\b(?:publish|upload)\w*\b/i;
const TAKE = /\b(?:take|variation)\s+(\d{1,3})\b/i;
/** One of the clips that a larger request was split into. */
const NUMBER = /\bclip \d{1,2} of \d{1,2}\b/i;
const FIRST_FRAME =
  '\\s+(?:as|for)\\s+(?:(?:the|a|its)\\s+)?(?:(?:first|opening|start(?:ing)?)\\s+(?:frame|image|picture)|reference(?:\\s+(?:image|picture))?)';
const USE_OF_PICTURE = `(?:(?:use|using|take|start(?:ing)?|begin(?:ning)?|with|from)\\s+){0,2}(?:the\\s+)?(?:(?:picture|image|photo|file)\\s+)?${PICTURE}`;
const PICTURE_ALONE = new RegExp(`${USE_OF_PICTURE}(?:${FIRST_FRAME})?`, 'i');
const PICTURE_IN_PASSING = new RegExp(`\\s*${USE_OF_PICTURE}${FIRST_FRAME}`, 'gi');
const CHARACTER_IN_PASSING = new RegExp(
  `\\s*(?:with\\s+)?(?:the\\s+)?(?:characters?\\s+)?(?:and\\s+)?\\(?${CHARACTER}\\)?`,
  'gi',
);
const NEW_CHARACTER = new RegExp(
  `(?:(?:make|create)\\s+)?a\\s+(?:new\\s+)?character\\s+(?:called|named)\\s+["“']?(\\p{L}[\\p{L}\\p{N} '-]{0,40}?)["”']?` +
    `\\s+(?:from|of|out of|with)\\s+(?:the\\s+)?(?:(?:file|video|clip)\\s+)?(${VIDEO})[.,;:]?\\s*`,
  'iu',
);
const CLIP_FOLLOWS = /^\s*(?:(?:and|then|please|make|create|me|a|one)\s+){0,5}(?:clip|video)\s*:\s*/i;
const FILLER =
  /\b(?:a|an|the|and|or|in|at|as|it|is|them|this|that|to|for|of|with|please|make|should|be|long|length|duration|format|orientation|mode|size|resolution|clip|clips|video|videos|all|each|every|both|then|when|done|cdn|me|just|only)\b/i;

/** A sentence, or a part between commas, that only says how long, how large or whether to publish is an instruction; the rest is the prompt. */
export function readClipRequest(request: string): ClipRequest {
  const named = readNames(request);
  return clipOf(named.text, named);
}

/** @param text of which the names are marks */
export function clipOf(text: string, names: NamedRequest): ClipRequest {
  const [, name, video = ''] = NEW_CHARACTER.exec(text) ?? [];
  const [file] = namesIn(video, 'videos', names);
  const seconds = secondsOf(text);
  const size = sizeOf(text);
  const [picture] = namesIn(text, 'pictures', names);
  const characters = namesIn(text, 'characters', names);
  const told = text.replace(NEW_CHARACTER, '').replace(CLIP_FOLLOWS, '');
  const variation = sentencesOf(text)
    .filter(isInstruction)
    .map((sentence) => Number(TAKE.exec(sentence)?.[1] ?? 0))
    .find((number) => number > 0);
  return {
    prompt: names.restore(withoutInstructions(told)),
    ...(seconds !== undefined && { seconds }),
    ...(size !== undefined && { size }),
    publish: !NO_PUBLISHING.test(text),
    ...(picture !== undefined && { picture }),
    ...(characters.length > 0 && { characters }),
    ...(name !== undefined && file !== undefined && { newCharacter: { name, video: file } }),
    ...(variation !== undefined && { variation }),
  };
}

/** The same clip in words, from which it is read again, for whoever knows nothing of the request. */
export function wordsOf({ prompt, seconds, size, publish, picture, characters = [], variation }: ClipRequest): string {
  const shape = [...(seconds === undefined ? [] : [`${seconds} seconds`]), ...(size === undefined ? [] : [size])];
  return [
    /[.!?]$/.test(prompt) ? prompt : `${prompt}.`,
    ...(shape.length > 0 ? [`${shape.join(', ')}.`] : []),
    ...(picture === undefined ? [] : [`Use "${picture}" as the first frame.`]),
    ...(characters.length > 0 ? [`With the characters ${characters.join(' and ')}.`] : []),
    ...(variation === undefined ? [] : [`Take ${variation}.`]),
    publish ? 'Publish it.' : 'Do not publish it.',
  ].join(' ');
}

export function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?])\s+|\n+/).filter((sentence) => /[^\s.,;:!?]/.test(sentence));
}

/** What is to be seen, without what is to be done. */
export function withoutInstructions(text: string): string {
  const seen = sentencesOf(text).map((sentence) =>
    withoutParts(sentence).replace(PICTURE_IN_PASSING, '').replace(CHARACTER_IN_PASSING, ''),
  );
  return sentencesOf(seen.join('\n'))
    .map((sentence) => sentence.trim())
    .join(' ');
}

export function isInstruction(sentence: string): boolean {
  const rest = [
    DURATION,
    SIZE,
    LANDSCAPE,
    PORTRAIT,
    NO_PUBLISHING,
    PUBLISHING,
    TAKE,
    NUMBER,
    PICTURE_ALONE,
    FILLER,
  ].reduce((text, pattern) => text.replace(new RegExp(pattern.source, 'gi'), ' '), sentence);
  return rest !== sentence && !/[\p{L}\p{N}]/u.test(rest);
}

function withoutParts(sentence: string): string {
  const parts = sentence.trim().split(/(?<=[,;])\s+/);
  const kept = parts.filter((part) => !isInstruction(part));
  return kept.length === parts.length ? sentence.trim() : kept.join(' ').replace(/[,;]$/, '.');
}

function sizeOf(text: string): string | undefined {
  const [, width, height] = SIZE.exec(text) ?? [];
  if (width !== undefined && height !== undefined) return `${width}x${height}`;
  if (PORTRAIT.test(text)) return '720x1280';
  return LANDSCAPE.test(text) ? '1280x720' : undefined;
}
