import type { ListParameters, Video, VideoList } from '../../types/video.ts';

const DEFAULT_LIMIT = 20;
const MOST_PAGES = 1_000;

/** Every job of every page. An empty page is no end where the server says that there is more; a repeated cursor is. */
export async function* everyPage(
  list: (parameters: ListParameters) => Promise<VideoList>,
  parameters: ListParameters,
): AsyncGenerator<Video, void, undefined> {
  const seen = new Set<string>();
  let after = parameters.after;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { data, has_more, last_id } = await list({ ...parameters, ...(after !== undefined && { after }) });
    yield* data;
    const isLast = has_more === false || (has_more === undefined && data.length < (parameters.limit ?? DEFAULT_LIMIT));
    if (isLast || last_id === undefined || seen.has(last_id)) return;
    seen.add(last_id);
    after = last_id;
  }
}
