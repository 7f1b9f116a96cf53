import { clipOf, isInstruction, sentencesOf, withoutInstructions } from './clipRequest.ts';
import { isGoOn } from './conversation.ts';
import { JOB, type NamedRequest, namesIn, readNames, VIDEO } from './names.ts';
import { DURATION, NUMBER_WORD, numberOf, secondsOf } from './numbers.ts';
import { type Clips, readClips } from './severalClips.ts';

/** What a request asks for, as far as plain rules can tell. */
export type Wish =
  | { kind: 'clips'; clips: Exclude<Clips, { ask: string }>; pictures: string[] }
  /** Without a source: the last clip of the session. */
  | { kind: 'change'; how: Change; source?: string; prompt: string; seconds?: number; publish: boolean }
  | { kind: 'takes'; count: number }
  /** Without ids: the last clip of the session. */
  | { kind: 'delete'; ids: string[] }
  | { kind: 'list' }
  /** What is said instead of doing anything. */
  | { kind: 'answer'; text: string };

export type Change = 'video_remix' | 'video_edit' | 'video_extend';

const IT = '(?:it|(?:the|my)\\s+(?:last\\s+|latest\\s+)?(?:clip|video|one))\\b';
const NAMED = `(?:(?:the\\s+)?(?:job|clip|video|file)\\s+)?(?:${JOB}|${VIDEO})`;
const SOURCE = `(?:${NAMED}|${IT}|(?:this|that)(?:\\s+(?:clip|video|one))?\\b)`;
const begins = (words: string) => new RegExp(`^(?:${words})`, 'iu');

const LIST = begins(
  '(?:list|show(?:\\s+me)?)\\s+(?:(?:me|all|of|my|our|the|last|latest|recent|video|\\d{1,3})\\s+){0,5}(?:jobs|clips|videos)\\b|list[\\s.!]*$|(?:what|which)\\s+(?:jobs|clips|videos)\\b',
);
const DELETE = begins('(?:delete|erase)\\b');
const REMOVE_JOB = begins(`remove\\s+${SOURCE}[\\s.!]*$`);
const TAKE = begins(
  `(?:(?:please|make|give|do|create|i|want|would|like|me)\\s+){0,5}(?:(?:another|a\\s+(?:new|different|second|third|further)|one\\s+more)\\s+(?:take|version|variation)|` +
    `(${NUMBER_WORD})\\s+(?:more|other|further)\\s+(?:takes|versions|variations))\\b`,
);
const EXTEND = begins(
  `(?:extend|lengthen|prolong)\\b(?:\\s+(${SOURCE}))?|continue\\s+(${SOURCE})|make\\s+(${NAMED}|${IT})(?=.{0,40}\\blonger\\b)`,
);
const REMIX = begins(`remix\\b(?:\\s+(${SOURCE}))?`);
const MAKE_IT = begins(`(?:make|turn|set)\\s+(${NAMED}|${IT})\\s+(?!of\\b|about\\b|showing\\b)(?=[^\\s:])`);
const EDIT = begins(`edit\\b(?:\\s+(${SOURCE}))?`);
const CHANGE = begins('(?:change|replace|swap|recolou?r|remove|add)\\s');
/** Of a clip that there is; without one it begins what is to be seen. */
const MAKE_THING = begins('(?:make|turn)\\s+(?:the|his|her|its|their)\\s');
const CHANGED = new RegExp(`\\s*\\b(?:in|of|from|on|to)\\s+(${NAMED}|${IT})`, 'iu');
const LONGER = new RegExp(
  `\\b(?:by\\s+|for\\s+)?(?:another\\s+)?${DURATION.source}(?:\\s+longer|\\s+more)?|\\blonger\\b`,
  'iu',
);
const PICTURE_WITHOUT_NAME =
  /\b(?:as|for)\s+(?:(?:the|a|its)\s+)?(?:first|opening|starting)\s+(?:frame|image|picture)\b/i;
const TALK = begins(
  '(?:thanks|thank you)\\b[^.!?]*[\\s.!]*$|(?:hi|hello|hey|ok|okay|yes|no|stop|cancel|help|great)(?:[\\s,]+(?:there|you|please|thanks|all|it))?[\\s.!]*$|(?:what|which|why|when|who|whom|whose|how|is|are|was|were|do|does|did|has|have|will)\\b[^.!]*\\?\\s*$',
);

const WHAT = 'What should the clip show? Nothing was made yet.';
const USUAL_SECONDS = 4;

/** @param knownIds of jobs that results told of */
export function readWish(request: string, knownIds: readonly string[] = []): Wish {
  const names = readNames(withoutLabels(request), knownIds);
  const text = names.text.replace(/^\s*(?:(?:please|now|and|then|next|so)\b[\s,]*){0,5}/i, '');
  return commandIn(text, names, knownIds.length > 0) ?? wishForClips(text, names);
}

function commandIn(text: string, names: NamedRequest, hasClip: boolean): Wish | undefined {
  if (LIST.test(text)) return { kind: 'list' };
  if (DELETE.test(text) || REMOVE_JOB.test(text)) return deletionIn(text, names);
  if (TAKE.test(text)) return takesIn(text);
  if (isGoOn(text)) return { kind: 'answer', text: 'There is nothing to go on with in this session.' };
  if (TALK.test(text)) return { kind: 'answer', text: `I only make clips. ${WHAT}` };
  return changeIn(text, names, hasClip);
}

function deletionIn(text: string, names: NamedRequest): Wish {
  const ids = namesIn(text, 'jobs', names);
  const rest = text
    .replace(new RegExp(JOB, 'gu'), '')
    .replace(/\b(?:delete|erase|remove|please|and|the|jobs?|clips?|videos?)\b/gi, '');
  const isIt = ids.length === 0 && new RegExp(`^\\w+\\s+${SOURCE}(?:[\\s,]*please)?[\\s.!]*$`, 'iu').test(text);
  if (isIt || (ids.length > 0 && !/[\p{L}\p{N}]/u.test(rest))) return { kind: 'delete', ids };
  return {
    kind: 'answer',
    text: 'Which clip is to be deleted? Name its job id, and nothing else. Nothing was deleted.',
  };
}

function takesIn(text: string): Wish {
  const [take = '', count] = TAKE.exec(text) ?? [];
  const rest = text
    .slice(take.length)
    .replace(new RegExp(`^\\s*of\\s+${IT}|^\\s*of\\s+(?:this|that)\\b|\\bplease\\b`, 'giu'), '');
  if (withoutInstructions(rest) === '') return { kind: 'takes', count: count === undefined ? 1 : numberOf(count) };
  return {
    kind: 'answer',
    text: 'I make another take of the last clip only, exactly as it was asked for. Nothing was made.',
  };
}

function changeIn(text: string, names: NamedRequest, hasClip: boolean): Wish | undefined {
  const publish = clipOf(text, names).publish;
  const change = (how: Change, source: string, prompt: string): Wish => {
    const named = [...namesIn(source, 'jobs', names), ...namesIn(source, 'videos', names)].at(0);
    const told = names.restore(withoutInstructions(prompt.replace(/^[\s:,;.–-]+/, '')));
    const seconds = how === 'video_extend' ? { seconds: secondsOf(text) ?? USUAL_SECONDS } : {};
    return { kind: 'change', how, ...(named && { source: named }), prompt: told, ...seconds, publish };
  };
  const [extended, ...extendable] = EXTEND.exec(text) ?? [];
  if (extended !== undefined) {
    const rest = text
      .slice(extended.length)
      .replace(LONGER, '')
      .replace(/^\s*[,.:;]*\s*(?:and|so that|while|with)\b/i, '');
    return change('video_extend', extendable.join(''), rest);
  }
  for (const [pattern, how] of [[REMIX, 'video_remix'] as const, [EDIT, 'video_edit'] as const]) {
    const [found, source = ''] = pattern.exec(text) ?? [];
    if (found !== undefined) return change(how, source, text.slice(found.length));
  }
  const [first = ''] = sentencesOf(text);
  const [made, source = ''] = MAKE_IT.exec(text) ?? [];
  if (made !== undefined && !isInstruction(first))
    return change('video_remix', source, `Make it ${text.slice(made.length)}`);
  if (!CHANGE.test(text) && !(hasClip && MAKE_THING.test(text))) return undefined;
  const [, changed = ''] = CHANGED.exec(text) ?? [];
  return change('video_edit', changed, text.replace(CHANGED, ''));
}

function wishForClips(text: string, names: NamedRequest): Wish {
  const clips = readClips(text, names);
  if ('ask' in clips) return { kind: 'answer', text: `${clips.ask} Nothing was made yet.` };
  if (names.pictures.length === 0 && PICTURE_WITHOUT_NAME.test(text))
    return {
      kind: 'answer',
      text: 'Which picture is the first frame? Name its file in the workspace. Nothing was made yet.',
    };
  const isWhole = clips.every(({ prompt, newCharacter }) => prompt !== '' || newCharacter !== undefined);
  return isWhole ? { kind: 'clips', clips, pictures: names.pictures } : { kind: 'answer', text: WHAT };
}

/** Who hands work off labels what comes with the task. */
function withoutLabels(request: string): string {
  return request.replace(/^Files in the workspace: .*$/gm, '').replace(/^Context: /gm, '');
}
