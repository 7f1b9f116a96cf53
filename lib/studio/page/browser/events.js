/** @import { Changes } from '../wire.ts' */

/** A page that nobody looks at needs no news: browsers allow few connections to one host. */
const HIDDEN_MS = 5_000;
const REOPEN_MS = 3_000;
/** So long a break goes unmentioned. */
const DOWN_MS = 1_500;

/**
 * Listens to the studio for as long as the page is looked at, and comes back after every break.
 * @param {object} listener
 * @param {number} listener.version what is known already
 * @param {(changes: Changes) => void} listener.onChange
 * @param {() => void} listener.onReload everything has to be asked for anew
 * @param {(isUp: boolean) => void} listener.onConnection
 * @param {() => Promise<unknown>} listener.check asks the studio something, where no stream can be had
 */
export function listen({ version, onChange, onReload, onConnection, check }) {
  /** @type {EventSource | undefined} */
  let source;
  /** @type {number | undefined} */
  let down;
  /** @type {number | undefined} */
  let hidden;
  let since = String(version);

  const open = () => {
    source?.close();
    const stream = new EventSource(`/studio/events?since=${since}`);
    source = stream;
    stream.onopen = () => {
      clearTimeout(down);
      down = undefined;
      onConnection(true);
    };
    stream.addEventListener('change', (event) => {
      since = event.lastEventId;
      onChange(JSON.parse(event.data));
    });
    stream.addEventListener('reload', (event) => {
      since = event.lastEventId;
      onReload();
    });
    stream.onerror = () => {
      down ??= setTimeout(() => onConnection(false), DOWN_MS);
      // The browser tries again by itself, but for a refusal.
      if (stream.readyState === EventSource.CLOSED) setTimeout(reopen, REOPEN_MS, stream);
    };
  };
  /** @param {EventSource} refused */
  const reopen = async (refused) => {
    await check().catch(() => undefined);
    if (source === refused) open();
  };

  document.addEventListener('visibilitychange', () => {
    clearTimeout(hidden);
    if (document.hidden) {
      hidden = setTimeout(() => {
        source?.close();
        source = undefined;
        clearTimeout(down);
        down = undefined;
      }, HIDDEN_MS);
    } else if (source === undefined) open();
  });
  open();
}
