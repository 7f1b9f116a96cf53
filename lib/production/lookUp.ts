import type { Clip } from '../../types/ledger.ts';
import type { Video } from '../../types/video.ts';
import { everyPage } from '../api/pages.ts';
import type { PreparedJob } from '../api/prepare.ts';
import { type AskedFor, isAfter, isDoubtful, isMatch, isWithin, repeats, type Window } from './match.ts';
import { costsNothing } from './price.ts';
import type { ProductionServices } from './services.ts';

export interface LookUp {
  /** Jobs that repeat all that was asked for. */
  matches: Video[];
  /** Jobs of that time, or with that request, that no other clip claims. A person may know which one it is. */
  candidates: Video[];
  /** Is there a candidate that can be the clip's job, though it does not repeat all? */
  isDoubtful: boolean;
  /** Does the list show a job that is newer than the clip's can be? Then it has caught up. */
  showsNewer: boolean;
}

const PAGE_LIMIT = 100;

/**
 * Looks for a clip's job in the list of its server, page by page.
 * @param job undefined where its request is not known any more: then there are candidates only
 */
export async function lookUp(
  clip: Clip,
  job: PreparedJob | undefined,
  services: ProductionServices,
  signal?: AbortSignal,
): Promise<LookUp> {
  const [api, ledger] = await Promise.all([services.api(), services.ledger()]);
  const { listEchoesPrompt } = api.profile;
  const isFree = costsNothing(clip, api.profile);
  const asked = job && askedFor(job);
  /** Not made in that time, as far as one can see: but a server may tell no times, and a clock may be wrong. */
  const isUncertain = (wanted: AskedFor, video: Video) =>
    !isFree && (video.created_at === undefined ? isDoubtful(wanted, video) : repeats(wanted, video));
  const from = clip.sentAt ?? clip.createdAt;
  const to = clip.quarantineUntil ?? from;
  /** How far the server's clock is ahead of ours, where it says. */
  let ahead: number | undefined;
  const pages = everyPage(
    async (query) => {
      const page = await api.list(query, { signal });
      if (page.date !== undefined) ahead = page.date - ledger.now();
      // A server that has shorter pages than were asked for, and does not say that there are more, is asked on.
      return { has_more: page.data.length > 0, ...page };
    },
    { limit: PAGE_LIMIT, order: 'desc' },
  );
  const found: LookUp = { matches: [], candidates: [], isDoubtful: false, showsNewer: false };
  for await (const video of pages) {
    const window: Window = { from: from + (ahead ?? 0), to: to + (ahead ?? 0) };
    if (ahead !== undefined && isAfter(window, video)) found.showsNewer = true;
    const isThen = isWithin(window, video);
    const mayBeIt = asked !== undefined && (isThen ? isDoubtful(asked, video) : isUncertain(asked, video));
    if (!isThen && !mayBeIt) continue;
    if ((await ledger.byJob(clip.server, video.id)) !== undefined) continue;
    found.candidates.push(video);
    found.isDoubtful ||= mayBeIt;
    if (asked !== undefined && listEchoesPrompt && isMatch(asked, window, video)) found.matches.push(video);
  }
  return found;
}

/** What the server was asked for, in the words of its list. */
function askedFor({ operation, wire: { fields }, sourceId }: PreparedJob): AskedFor {
  const { prompt, model, seconds, size, width, height } = fields;
  const shape = size ?? (width === undefined ? undefined : `${width}x${height}`);
  return {
    prompt: String(prompt),
    ...(model !== undefined && { model: String(model) }),
    ...(seconds !== undefined && { seconds: String(seconds) }),
    ...(operation === 'extend' && { isAdded: true }),
    ...(shape !== undefined && { size: String(shape) }),
    ...(sourceId !== undefined && { sourceId }),
  };
}
