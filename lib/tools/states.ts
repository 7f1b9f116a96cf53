import type { Clip } from '../../types/ledger.ts';
import type { JobView } from '../../types/tool.ts';
import type { Video } from '../../types/video.ts';
import { isFinal } from '../api/parse.ts';
import { isModeration } from '../api/refusal.ts';
import { clipView } from './clips.ts';
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

export function states(videos: Video[]): string {
  if (videos.length > 3) {
    const counts = Map.groupBy(videos, ({ status }) => status);
    return `${videos.length} jobs: ${[...counts].map(([status, group]) => `${group.length} ${status}`).join(', ')}.`;
  }
  return videos.map(stateOf).join(' ');
}

function stateOf(video: Video): string {
  const { id, status, progress, error } = video;
  if (error) return `Job ${id} ended as ${status}: ${error.message}`;
  return isFinal(status) || progress === undefined
    ? `Job ${id} is ${status}.${status === 'completed' ? lifetimeOf(video) : ''}`
    : `Job ${id} is ${status} (${Math.round(progress)} %).`;
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

/** One call for the jobs that go on, else the first clip to fetch, else what the failure asks for. */
export function stepAfter(videos: Video[], clips: Clip[] = []): string {
  const running = videos.filter(({ status }) => !isFinal(status)).map(({ id }) => id);
  const asked = clips.filter(({ state, quarantineUntil = 0 }) => state === 'sent' && Date.now() <= quarantineUntil);
  const open = [...running, ...asked.map(({ key }) => key)];
  if (open.length > 0) return nextCall('video_wait', { ids: open });
  const unsent = clips.find(({ state }) => state === 'intended' || state === 'sent');
  if (unsent !== undefined) return nextCall('video_produce', { key: unsent.key });
  const lost = clips.find(({ state }) => state === 'unknown');
  if (lost !== undefined) return `Tell the user to decide: video-toolset ledger ${lost.key}`;
  const done = videos.find(({ status }) => status === 'completed');
  if (done !== undefined) return nextCall('video_download', { id: done.id });
  const isModerated = videos.some(({ error }) => isModeration(error));
  return isModerated
    ? 'The prompt was refused by moderation: change what it shows before anything is created again; the same prompt fails again.'
    : 'Tell the user why it failed; create it again only if the reason can be changed.';
}
