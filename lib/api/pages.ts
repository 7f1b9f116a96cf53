import type { ListParameters, Video, VideoList } from '../../types/video.ts';

const DEFAULT_LIMIT = 20;
const MOST_PAGES = 1_000;

/** Every job of every page. An empty page is no end where the server says that there is more; a repeated cursor is. */
export async function* everyPage(
  list: (parameters: ListParameters) => Promise<VideoList>,
  parameters: ListParameters,
): AsyncGenerator<Video, void, undefined> {
  const cursors = new Set<string>();
  const ids = new Set<string>();
  let after = parameters.after;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { data, has_more, last_id } = await list({ ...parameters, ...(after !== undefined && { after }) });
    const fresh = data.filter(({ id }) => !ids.has(id));
    for (const video of fresh) {
      ids.add(video.id);
      yield video;
    }
    // A server that ignores the cursor sends the same jobs again.
    const isRepeated = data.length > 0 && fresh.length === 0;
    const isLast = has_more === false || (has_more === undefined && data.length < (parameters.limit ?? DEFAULT_LIMIT));
    if (isLast || isRepeated || last_id === undefined || cursors.has(last_id)) return;
    cursors.add(last_id);
    after = last_id;
  }
}
