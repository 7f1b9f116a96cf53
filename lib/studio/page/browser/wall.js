import { createCard, replacePicture } from './card.js';
import { layOut, rowsBetween } from './layout.js';
import { createPreview } from './preview.js';

/** @import { Card } from '../wire.ts' */
/** @import { CardView } from './card.js' */
/** @import { Layout } from './layout.js' */

/** How far beyond what is seen cards are kept ready, and more are loaded, in heights of the window. */
const KEPT = 0.75;
const NEAR_END = 2;
const WORDS_MS = 30_000;
/** What rushes by gets its picture when the wall has come to rest. */
const REST_MS = 120;

/**
 * The wall of clips, of which only what is near the window is in the page.
 * @param {HTMLElement} wall
 * @param {object} source
 * @param {() => readonly Card[]} source.cards
 * @param {() => number} source.total how many there are, loaded or not
 * @param {() => void} source.nearEnd more should be loaded
 */
export function createWall(wall, { cards, total, nearEnd }) {
  const preview = createPreview(wall);
  /** @type {Map<string, CardView>} */
  const shown = new Map();
  /** @type {Layout} */
  let layout = { boxes: [], rows: [], height: 0 };
  /** The card that Tab leads to. @type {string | undefined} */
  let current;
  let isDrawing = false;
  let lastTop = 0;
  /** @type {number | undefined} */
  let resting;

  const arrange = () => {
    layout = layOut(cards(), wall.clientWidth);
    wall.style.height = `${layout.height}px`;
    draw();
  };

  /** Puts in what is near, takes out what is far, and leaves the rest where it is: what plays or has the focus stays. */
  const draw = () => {
    const list = cards();
    const top = -wall.getBoundingClientRect().top;
    const isRushing = Math.abs(top - lastTop) > innerHeight / 2;
    lastTop = top;
    clearTimeout(resting);
    if (isRushing) resting = setTimeout(redraw, REST_MS);
    const { first, end } = rowsBetween(layout.rows, top - innerHeight * KEPT, top + innerHeight * (1 + KEPT));
    const near = new Set(range(layout.rows[first]?.first ?? 0, layout.rows[end - 1]?.end ?? 0));
    const focused = wall.contains(document.activeElement) ? list.findIndex(({ id }) => id === current) : -1;
    if (focused !== -1) near.add(focused);

    const wanted = [...near].sort((a, b) => a - b);
    const ids = new Set(wanted.map((index) => list[index]?.id));
    for (const [id, view] of shown) {
      if (ids.has(id)) continue;
      if (preview.isIn(view.node)) preview.stop();
      view.node.remove();
      shown.delete(id);
    }
    /** @type {Element | null} */
    let next = wall.firstElementChild;
    for (const index of wanted) {
      const card = list[index];
      const box = layout.boxes[index];
      if (card === undefined || box === undefined) continue;
      const view = shown.get(card.id) ?? createCard(card);
      shown.set(card.id, view);
      view.update(card, !isRushing);
      view.place(box, index, total());
      if (view.node === next) next = next.nextElementSibling;
      else wall.insertBefore(view.node, next);
    }
    leadTab(wanted, top);
    if (top + innerHeight * (1 + NEAR_END) > layout.height) nearEnd();
  };

  /** One card is reached by Tab, the others from it: the current one, or the first that is seen. */
  const leadTab = (/** @type {number[]} */ near, /** @type {number} */ top) => {
    const seen = near.find((index) => (layout.boxes[index]?.y ?? 0) >= top) ?? near[0];
    const stop = current !== undefined && shown.has(current) ? current : cards()[seen ?? -1]?.id;
    for (const [id, { link }] of shown) link.tabIndex = id === stop ? 0 : -1;
  };

  const redraw = () => {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      draw();
    });
  };

  /** @param {number} index */
  const focusOn = (index) => {
    const card = cards()[index];
    const box = layout.boxes[index];
    if (card === undefined || box === undefined) return;
    const top = wall.getBoundingClientRect().top + box.y;
    const covered = Number.parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) || 0;
    if (top < covered) scrollBy(0, top - covered);
    else if (top + box.height > innerHeight) scrollBy(0, top + box.height - innerHeight + 8);
    current = card.id;
    draw();
    shown.get(card.id)?.link.focus({ preventScroll: true });
  };

  wall.addEventListener('focusin', ({ target }) => {
    const id = target instanceof Element ? target.closest('li')?.dataset.id : undefined;
    if (id !== undefined) current = id;
    redraw();
  });
  wall.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const from = cards().findIndex(({ id }) => id === current);
    const to = from === -1 ? undefined : neighbourOf(from, event.key, layout);
    if (to === undefined) return;
    event.preventDefault();
    focusOn(to);
  });
  // One listener for all: an element with a listener of its own is held while its picture is on its way.
  wall.addEventListener('error', ({ target }) => replacePicture(target), true);
  addEventListener('scroll', redraw, { passive: true });
  new ResizeObserver(arrange).observe(wall);
  setInterval(redraw, WORDS_MS);

  return {
    arrange,
    redraw,
    /** Focuses the card that the keyboard was at, or the first. */
    focus() {
      const at = cards().findIndex(({ id }) => id === current);
      focusOn(Math.max(at, 0));
    },
    focusFirst: () => focusOn(0),
  };
}

/**
 * Where a key leads to from a card.
 * @param {number} from
 * @param {string} key
 * @param {Layout} layout
 * @returns {number | undefined}
 */
function neighbourOf(from, key, { boxes, rows }) {
  const last = boxes.length - 1;
  const row = rows.findIndex(({ end }) => end > from);
  const height = rows[row]?.height ?? innerHeight;
  const screen = Math.max(1, Math.floor(innerHeight / height) - 1);
  /** @param {number} target */
  const inRow = (target) => {
    const { first = 0, end = 0 } = rows[Math.min(Math.max(target, 0), rows.length - 1)] ?? {};
    const middle = (/** @type {number} */ index) => (boxes[index]?.x ?? 0) + (boxes[index]?.width ?? 0) / 2;
    return range(first, end).reduce((nearest, index) =>
      Math.abs(middle(index) - middle(from)) < Math.abs(middle(nearest) - middle(from)) ? index : nearest,
    );
  };
  if (key === 'ArrowRight') return Math.min(from + 1, last);
  if (key === 'ArrowLeft') return Math.max(from - 1, 0);
  if (key === 'ArrowDown') return row === rows.length - 1 ? from : inRow(row + 1);
  if (key === 'ArrowUp') return row === 0 ? from : inRow(row - 1);
  if (key === 'PageDown') return inRow(row + screen);
  if (key === 'PageUp') return inRow(row - screen);
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  return undefined;
}

/** @param {number} first @param {number} end */
function range(first, end) {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}
