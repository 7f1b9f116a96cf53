import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log.ts';
import type { JobReads } from './reads.ts';
import type { Changes } from './wire.ts';

const POLL_MS = 300;
const HEARTBEAT_MS = 15_000;
/** After a stream broke. */
const RETRY_MS = 1_000;
/** Told in one event. */
const MOST_CHANGES = 500;
/** A reader that is further behind is let go, and comes back for what it missed. */
const MOST_BEHIND_BYTES = 1024 * 1024;
const MOST_STREAMS = 1_000;

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  // It ends with its stream, so that nobody waits for it when the studio is stopped.
  connection: 'close',
};

/** Tells every listener what changes, whichever program changed it, from one look at the store for all of them. */
export interface EventStreams {
  /** May that caller open no more of them? */
  isFull(caller: string): boolean;
  /** How many listen. */
  readonly size: number;
  open(response: ServerResponse, options: StreamOptions): Promise<void>;
  close(): void;
}

interface StreamOptions {
  caller: string;
  headers: OutgoingHttpHeaders;
  /** The version up to which the listener knows all. */
  since?: number | undefined;
}

/** @param callers between so many the streams are divided */
export function createEventStreams(openReads: () => Promise<JobReads>, callers: number, log: Log): EventStreams {
  const streams = new Map<ServerResponse, string>();
  let isLooking = false;

  const send = (stream: ServerResponse, text: string): void => {
    stream.write(text);
    if (stream.writableLength > MOST_BEHIND_BYTES) stream.destroy();
  };
  const sendAll = (text: string): void => {
    for (const stream of streams.keys()) send(stream, text);
  };

  /** @returns undefined where nothing happened */
  const newsSince = async (since: number) => {
    const reads = await openReads();
    const changes = await reads.changesSince(since, MOST_CHANGES);
    const last = changes.at(-1);
    if (last === undefined) return undefined;
    const data: Changes = {
      jobs: changes.flatMap(({ card }) => card ?? []),
      removed: changes.flatMap(({ id, card }) => (card === undefined ? id : [])),
      counts: await reads.counts(),
    };
    const isAll = changes.length < MOST_CHANGES;
    return { version: last.version, isAll, text: eventOf(last.version, 'change', data) };
  };

  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    let version: number | undefined;
    let spokenAt = performance.now();
    while (streams.size > 0) {
      try {
        version ??= await (await openReads()).version();
        const news = await newsSince(version);
        if (news !== undefined || performance.now() - spokenAt > HEARTBEAT_MS) {
          sendAll(news?.text ?? ':\n\n');
          spokenAt = performance.now();
        }
        version = news?.version ?? version;
        if (news?.isAll === false) continue;
      } catch (error) {
        log.debug('studio: the page cannot be told what changed', { error: String(error) });
      }
      await sleep(POLL_MS, undefined, { ref: false });
    }
    isLooking = false;
  };

  return {
    isFull(caller) {
      const own = [...streams.values()].filter((other) => other === caller).length;
      return streams.size >= MOST_STREAMS || own >= MOST_STREAMS / callers;
    },

    get size() {
      return streams.size;
    },

    async open(response, { caller, headers, since }) {
      streams.set(response, caller);
      response.on('close', () => streams.delete(response)).on('error', () => undefined);
      response.writeHead(200, { ...headers, ...HEADERS });
      response.write(`retry: ${RETRY_MS}\n\n`);
      void look();
      if (since === undefined) return;
      const news = await newsSince(since);
      const now = await (await openReads()).version();
      // Too much, or counted by another store: the listener had better ask for everything anew.
      if (news?.isAll === false || since > now) send(response, eventOf(now, 'reload', null));
      else if (news !== undefined) send(response, news.text);
    },

    close() {
      for (const stream of streams.keys()) stream.end();
      streams.clear();
    },
  };
}

function eventOf(id: number, event: string, data: Changes | null): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
