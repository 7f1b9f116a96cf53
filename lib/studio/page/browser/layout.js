import { aspectOf } from './format.js';

/** @import { Card } from '../wire.ts' */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box a card's place, its caption included */
/** @typedef {{ first: number, end: number, y: number, height: number }} Row cards from `first` up to `end` */
/** @typedef {{ boxes: Box[], rows: Row[], height: number }} Layout */

export const CAPTION_HEIGHT = 66;
const GAP = 12;
/** A row may be this much lower or higher than it should be. */
const LOWEST = 0.8;
const HIGHEST = 1.5;

/**
 * Rows that fill the width with pictures of one height, each as wide as its clip's shape makes it.
 * @param {readonly Card[]} cards
 * @param {number} width
 * @returns {Layout}
 */
export function layOut(cards, width) {
  const wanted = width < 600 ? 190 : Math.min(320, 150 + width * 0.075);
  /** @type {Layout} */
  const layout = { boxes: [], rows: [], height: 0 };
  let first = 0;
  while (first < cards.length) {
    const { end, height } = nextRow(cards, first, width, wanted);
    const shapes = cards.slice(first, end).map(({ size }) => aspectOf(size));
    const filled = shapes.reduce((sum, shape) => sum + shape, 0) * height;
    // A row that must not grow any higher is filled by wider frames; the last one is left open.
    const stretch = end < cards.length ? (width - GAP * (shapes.length - 1)) / filled : 1;
    let x = 0;
    for (const shape of shapes) {
      const box = { x, y: layout.height, width: shape * height * stretch, height: height + CAPTION_HEIGHT };
      layout.boxes.push(box);
      x += box.width + GAP;
    }
    layout.rows.push({ first, end, y: layout.height, height: height + CAPTION_HEIGHT });
    layout.height += height + CAPTION_HEIGHT + GAP;
    first = end;
  }
  return layout;
}

/**
 * As many cards as come nearest to the wanted height.
 * @param {readonly Card[]} cards
 * @param {number} first
 * @param {number} width
 * @param {number} wanted
 */
function nextRow(cards, first, width, wanted) {
  let shapes = 0;
  let before = Number.POSITIVE_INFINITY;
  for (let end = first; end < cards.length; end++) {
    shapes += aspectOf(cards[end]?.size ?? '');
    const height = (width - GAP * (end - first)) / shapes;
    if (height <= wanted) {
      const isCloser = wanted / height < before / wanted;
      if (end === first || (isCloser && height >= wanted * LOWEST)) return { end: end + 1, height };
      return { end, height: Math.min(before, wanted * HIGHEST) };
    }
    before = height;
  }
  return { end: cards.length, height: Math.min(before, wanted) };
}

/**
 * The rows that a stretch of the wall shows, as the first and the row after the last.
 * @param {readonly Row[]} rows
 * @param {number} top
 * @param {number} bottom
 */
export function rowsBetween(rows, top, bottom) {
  const first = rows.findIndex(({ y, height }) => y + height > top);
  if (first === -1) return { first: rows.length, end: rows.length };
  const end = rows.findIndex(({ y }, index) => index >= first && y > bottom);
  return { first, end: end === -1 ? rows.length : end };
}
