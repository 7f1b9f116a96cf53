/** What can be read out of a request for a clip without understanding it. */
export interface ClipRequest {
  /** Empty where the request says nothing of what is to be seen. */
  prompt: string;
  seconds?: number;
  /** `WIDTHxHEIGHT` */
  size?: string;
  publish: boolean;
}

const NUMBER_WORDS = [
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];
/** Not the tail of `1.5 seconds`, not "the 80s", and "ones" is no second. */
const DURATION = new RegExp(
  `(?<![\\d.,])\\b(?!(?<=(?:the|early|mid|late)[\\s-]|['’])\\d0s\\b)` +
    `(?:(\\d{1,3})[\\s-]*s|(\\d{1,3}|${NUMBER_WORDS.join('|')}|sixteen|twenty)[\\s-]*(?:seconds?|secs?))\\b`,
  'i',
);
const SIZE = /\b(\d{3,4})\s*[x×]\s*(\d{3,4})\b/i;
const LANDSCAPE = /\b(?:landscape|horizontal|widescreen|16:9)\b(?!\s+(?:of|with|painting))/i;
const PORTRAIT = /\b(?:portrait|vertical|upright|9:16)\b(?!\s+(?:of|painting))/i;
const NO_PUBLISHING = /\b(?:do not|don['’]?t|never|without|no|not)\s+(?:publish|upload)\w*/i;
const PUBLISHING = /\b(?:publish|upload)\w*\b/gi;
const FILLER =
  /\b(?:a|an|the|and|or|in|at|as|it|is|them|this|that|to|for|of|with|please|make|should|be|long|length|duration|format|orientation|mode|size|resolution|clip|video|then|when|done|cdn|me|just|only)\b/gi;

/** A sentence, or a part between commas, that only says how long, how large or whether to publish is an instruction; the rest is the prompt. */
export function readClipRequest(request: string): ClipRequest {
  const seconds = secondsOf(request);
  const size = sizeOf(request);
  const sentences = request.split(/(?<=[.!?])\s+|\n+/).filter((sentence) => sentence.trim() !== '');
  const prompt = sentences.map(withoutInstructions).filter(Boolean).join(' ');
  return {
    prompt,
    ...(seconds !== undefined && { seconds }),
    ...(size !== undefined && { size }),
    publish: !NO_PUBLISHING.test(request),
  };
}

function secondsOf(request: string): number | undefined {
  const [, digits, words] = DURATION.exec(request) ?? [];
  const word = (digits ?? words)?.toLowerCase();
  if (word === undefined) return undefined;
  if (/^\d+$/.test(word)) return Number(word);
  return { sixteen: 16, twenty: 20 }[word] ?? NUMBER_WORDS.indexOf(word) + 1;
}

function sizeOf(request: string): string | undefined {
  const [, width, height] = SIZE.exec(request) ?? [];
  if (width !== undefined && height !== undefined) return `${width}x${height}`;
  if (PORTRAIT.test(request)) return '720x1280';
  return LANDSCAPE.test(request) ? '1280x720' : undefined;
}

function withoutInstructions(sentence: string): string {
  const parts = sentence.trim().split(/(?<=[,;])\s+/);
  const kept = parts.filter((part) => !isInstruction(part));
  return kept.length === parts.length ? sentence.trim() : kept.join(' ').replace(/[,;]$/, '.');
}

function isInstruction(sentence: string): boolean {
  const rest = [DURATION, SIZE, LANDSCAPE, PORTRAIT, NO_PUBLISHING, PUBLISHING, FILLER].reduce(
    (text, pattern) => text.replace(new RegExp(pattern.source, 'gi'), ' '),
    sentence,
  );
  return rest !== sentence && !/[\p{L}\p{N}]/u.test(rest);
}
