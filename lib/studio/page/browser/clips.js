import { listJobs } from './api.js';

/** @import { Card, Changes, Counts } from '../wire.ts' */
/** @typedef {{ query: string, status: string }} Filter */

const REFRESH_MS = 500;
/** Who goes on looking goes far. */
const MORE = 300;

/**
 * The clips that are wanted and loaded so far, newest first, kept as the studio tells of them.
 * @param {(isOrderChanged: boolean) => void} onChange
 */
export function createClips(onChange) {
  /** @type {Filter} */
  let filter = { query: '', status: '' };
  /** @type {Card[]} */
  let list = [];
  /** Newer ones that wait until they are asked for. @type {Card[]} */
  let held = [];
  let hasMore = false;
  /** @type {Counts | undefined} */
  let counts;
  let asking = new AbortController();
  let isAskingForMore = false;
  /** @type {number | undefined} */
  let refreshing;

  /** @param {Card} card */
  const isWanted = ({ status }) => filter.status === '' || filter.status.split(',').includes(status);

  /** @param {Card} card */
  const isInReach = ({ number }) => !hasMore || number > (list.at(-1)?.number ?? 0);

  /** @param {AbortSignal} signal @param {{ before?: number, limit?: number }} [from] */
  const ask = async (signal, from = {}) => {
    const page = await listJobs({ ...filter, ...from }, signal);
    signal.throwIfAborted();
    counts = page.counts;
    return page;
  };

  /** Looks for newer clips that a search finds, which only the studio can tell. */
  const refresh = () => {
    clearTimeout(refreshing);
    refreshing = setTimeout(async () => {
      const { signal } = asking;
      const page = await ask(signal).catch(() => undefined);
      if (page === undefined) return;
      for (const card of page.jobs) put(list, card);
      onChange(true);
    }, REFRESH_MS);
  };

  return {
    get list() {
      return list;
    },
    get heldCount() {
      return held.length;
    },
    get hasMore() {
      return hasMore;
    },
    get counts() {
      return counts;
    },
    get filter() {
      return filter;
    },

    /**
     * Loads the first clips anew.
     * @param {Partial<Filter>} [changes]
     */
    async load(changes = {}) {
      filter = { ...filter, ...changes };
      asking.abort();
      asking = new AbortController();
      const page = await ask(asking.signal);
      list = page.jobs;
      held = [];
      hasMore = page.has_more;
      onChange(true);
      return page.version;
    },

    async loadMore() {
      if (!hasMore || isAskingForMore) return;
      isAskingForMore = true;
      const { signal } = asking;
      try {
        const page = await ask(signal, { before: list.at(-1)?.number ?? 0, limit: MORE });
        hasMore = page.has_more;
        for (const card of page.jobs) put(list, card);
        onChange(true);
      } finally {
        isAskingForMore = false;
      }
    },

    /**
     * @param {Changes} changes
     * @param {boolean} isHeld do newer clips have to wait?
     */
    apply({ jobs, removed, counts: latest }, isHeld) {
      if (filter.query === '') counts = latest;
      let isOrderChanged = false;
      for (const card of jobs) {
        const shelf = has(list, card) ? list : has(held, card) ? held : undefined;
        if (shelf !== undefined) {
          if (isWanted(card)) put(shelf, card);
          else take(shelf, card);
          isOrderChanged ||= !isWanted(card);
        } else if (filter.query !== '') {
          refresh();
        } else if (isWanted(card) && isInReach(card)) {
          put(isHeld && card.number > (list[0]?.number ?? 0) ? held : list, card);
          isOrderChanged = true;
        }
      }
      if (removed.length > 0) {
        const gone = new Set(removed);
        list = list.filter(({ id }) => !gone.has(id));
        held = held.filter(({ id }) => !gone.has(id));
        isOrderChanged = true;
      }
      onChange(isOrderChanged);
    },

    release() {
      list = [...held, ...list];
      held = [];
      onChange(true);
    },
  };
}

/** Where a number stands, or would stand, in a list with the highest first. @param {Card[]} list @param {number} number */
function placeOf(list, number) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.number ?? 0) > number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** @param {Card[]} list @param {Card} card */
function has(list, { number }) {
  return list[placeOf(list, number)]?.number === number;
}

/** @param {Card[]} list @param {Card} card */
function put(list, card) {
  list.splice(placeOf(list, card.number), has(list, card) ? 1 : 0, card);
}

/** @param {Card[]} list @param {Card} card */
function take(list, card) {
  list.splice(placeOf(list, card.number), 1);
}
