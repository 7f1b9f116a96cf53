import type { Clip } from '../../types/ledger.ts';
import type { JobView } from '../../types/tool.ts';
import type { Video } from '../../types/video.ts';
import { isFinal } from '../api/parse.ts';
import { isModeration } from '../api/refusal.ts';
import { quoted } from '../controls.ts';
import { clipView } from './clips.ts';
import type { Services } from './services.ts';
import { jobView, nextCall } from './view.ts';

export function viewOf(video: Video, clip: Clip | undefined): JobView {
  return clip === undefined ? jobView(video) : clipView(clip, video);
}

export function stateOfClip({ key, state, error }: Clip): string {
  if (state === 'unknown')
    return `The clip ${key} was sent, and whether its job was made is not known: a person has to decide.`;
  if (state === 'failed') return `The clip ${key} failed: ${error?.message ?? 'no reason was given'}`;
  return `The clip ${key} is ${state}: its job is not known yet.`;
}

/** What a server calls an id may be a sentence. */
function named(id: string): string {
  return /^[^\s"]{1,100}$/.test(id) ? id : quoted(id.slice(0, 100));
}

export function states(videos: Video[]): string {
  if (videos.length > 3) {
    const counts = Map.groupBy(videos, ({ status }) => status);
    return `${videos.length} jobs: ${[...counts].map(([status, group]) => `${group.length} ${status}`).join(', ')}.`;
  }
  return videos.map(stateOf).join(' ');
}

function stateOf(video: Video): string {
  const { id, status, progress, error } = video;
  if (error) return `Job ${named(id)} ended as ${status}: ${quoted(error.message)}`;
  return isFinal(status) || progress === undefined
    ? `Job ${named(id)} is ${status}.${status === 'completed' ? lifetimeOf(video) : ''}`
    : `Job ${named(id)} is ${status} (${Math.round(progress)} %).`;
}

/** How long the clip can be fetched; a server that says `null` keeps it, and one that says nothing may not. */
function lifetimeOf({ expires_at, raw }: Video): string {
  if (expires_at === undefined)
    return raw.expires_at === null ? '' : ' Download it soon: its server does not say how long it keeps the clip.';
  const leftSeconds = expires_at - Math.floor(Date.now() / 1_000);
  const until = new Date(expires_at * 1_000).toISOString();
  return leftSeconds > 0
    ? ` Its clip can be downloaded for ${leftSeconds} s, until ${until}.`
    : ` Its clip expired at ${until}.`;
}

/** With the tools that there are: a preset may have one that goes the whole way, or none. */
function wayOn(id: string | undefined, key: string | undefined, toolNames: readonly string[]): string | undefined {
  if (toolNames.includes('video_download')) return nextCall('video_download', { id });
  return toolNames.includes('video_produce') && key !== undefined ? nextCall('video_produce', { key }) : undefined;
}

/**
 * One call for the jobs that go on, else the way on of the first clip, else what the failure asks for.
 * @param open clips whose jobs are not known yet
 * @param noted the clip of each job, where the ledger has it
 * @returns undefined where there is nothing more to do with the tools at hand
 */
export function stepAfter(
  videos: readonly Video[],
  { toolNames }: Pick<Services, 'toolNames'>,
  { noted = [], open = [] }: { noted?: readonly (Clip | undefined)[]; open?: readonly Clip[] } = {},
): string | undefined {
  const running = videos.filter(({ status }) => !isFinal(status)).map(({ id }) => id);
  const asked = open.filter(({ state, quarantineUntil = 0 }) => state === 'sent' && Date.now() <= quarantineUntil);
  const waitFor = [...running, ...asked.map(({ key }) => key)];
  if (waitFor.length > 0) return nextCall('video_wait', { ids: waitFor });
  const unsent = open.find(({ state }) => state === 'intended' || state === 'sent');
  if (unsent !== undefined && toolNames.includes('video_produce'))
    return nextCall('video_produce', { key: unsent.key });
  const maker = `video_${unsent?.request.operation}`;
  if (unsent?.state === 'intended' && toolNames.includes(maker))
    return `Call ${maker} again with the same arguments: the clip is sent then, and is paid for once.`;
  if (unsent !== undefined) return 'Tell the user to go on with it: video-toolset produce --resume';
  const lost = open.find(({ state }) => state === 'unknown');
  if (lost !== undefined) return `Tell the user to decide: video-toolset ledger ${lost.key}`;
  const done = videos.findIndex(({ status }) => status === 'completed');
  if (done !== -1) return wayOn(videos[done]?.id, noted[done]?.key, toolNames);
  const isModerated = videos.some(({ error }) => isModeration(error));
  return isModerated
    ? 'The prompt was refused by moderation: change what it shows before anything is created again; the same prompt fails again.'
    : 'Tell the user why it failed; create it again only if the reason can be changed.';
}
