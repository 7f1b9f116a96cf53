import { type ClipRequest, wordsOf } from './clipRequest.ts';
import { type Call, type Conversation, HAND_OFF } from './conversation.ts';
import { anotherTake, lastJob } from './earlier.ts';
import { makingCall } from './makingCall.ts';
import { storyboardCall } from './storyboard.ts';
import type { Change, Wish } from './wish.ts';

const DOING = { video_remix: 'remixes', video_edit: 'edits', video_extend: 'extends' } as const;
const GOES_ON = 'It goes on as it ends.';

/** The calls that a wish begins with, all at once; or what is said in their place. */
export function firstCalls(
  request: string,
  wish: Wish,
  tools: readonly string[],
  { rounds }: Conversation,
): Call[] | string {
  const isPlanner = tools.includes(HAND_OFF);
  const earlier = rounds.slice(0, -1);
  const orMissing = (tool: string, calls: Call[], does: string): Call[] | string =>
    tools.includes(tool) ? calls : `I was given no tool that ${does}: ${tools.join(', ') || 'none at all'}.`;
  switch (wish.kind) {
    case 'answer':
      return wish.text;
    case 'list':
      return orMissing('video_list', [{ tool: 'video_list', input: {} }], 'lists jobs');
    case 'clips': {
      const board = isPlanner ? storyboardCall(request, wish.clips, tools) : undefined;
      if (board !== undefined) return [board];
      if (isPlanner) return handOffs(request, wish.clips, wish.pictures);
      const makers = wish.clips.map((clip) => firstCall(clip, tools));
      const missing = makers.find((call) => typeof call === 'string');
      return missing ?? makers.filter((call) => typeof call !== 'string');
    }
    case 'takes':
      return anotherTake(wish.count, earlier);
    case 'delete': {
      const ids = wish.ids.length > 0 ? wish.ids : lastJob(earlier);
      if (typeof ids === 'string') return ids;
      if (isPlanner) return [{ tool: HAND_OFF, input: { task: `Delete ${ids.join(' and ')}.` } }];
      return orMissing(
        'video_delete',
        ids.map((id) => ({ tool: 'video_delete', input: { id } })),
        'deletes clips',
      );
    }
    case 'change': {
      const { how, prompt, seconds, publish } = wish;
      const source = wish.source === undefined ? lastJob(earlier) : [wish.source];
      if (typeof source === 'string') return source;
      const [video = ''] = source;
      const told = how === 'video_extend' ? prompt || GOES_ON : prompt;
      if (told === '') return 'What should change? Nothing was made yet.';
      if (isPlanner) return [{ tool: HAND_OFF, input: { task: changeInWords(how, video, told, seconds, publish) } }];
      const input = { [how === 'video_remix' ? 'id' : 'video']: video, prompt: told, ...(seconds && { seconds }) };
      return orMissing(how, [{ tool: how, input }], `${DOING[how]} clips`);
    }
  }
}

function firstCall(clip: ClipRequest, tools: readonly string[]): Call | string {
  if (clip.newCharacter === undefined) return makingCall(clip, tools);
  const tool = 'video_character_create';
  return tools.includes(tool)
    ? { tool, input: { ...clip.newCharacter } }
    : 'I was given no tool that makes characters.';
}

/** One hand-off a clip; each says by itself what is wanted. */
function handOffs(request: string, clips: readonly ClipRequest[], pictures: string[]): Call[] {
  const files = (names: string[]) => {
    const paths = names.filter((name) => !/^https?:/i.test(name));
    return paths.length > 0 && { files: paths };
  };
  if (clips.length === 1) return [{ tool: HAND_OFF, input: { task: request, ...files(pictures) } }];
  return clips.map((clip, index) => ({
    tool: HAND_OFF,
    input: {
      task: `Clip ${index + 1} of ${clips.length}. ${wordsOf(clip)}`,
      ...files(clip.picture === undefined ? [] : [clip.picture]),
    },
  }));
}

function changeInWords(
  how: Change,
  video: string,
  prompt: string,
  seconds: number | undefined,
  publish: boolean,
): string {
  const verb = { video_remix: 'Remix', video_edit: 'Edit', video_extend: 'Extend' }[how];
  const length = seconds === undefined ? '' : ` by ${seconds} seconds`;
  return `${verb} ${video}${length}: ${prompt} ${publish ? 'Publish it.' : 'Do not publish it.'}`;
}
