import { element, find, icon, setText } from './dom.js';
import { ago, contentOf, date, OPERATION_WORDS, STATUS_WORDS, shortened } from './format.js';

/** @import { Card } from '../wire.ts' */
/** @import { Box } from './layout.js' */

/** @typedef {{ node: HTMLLIElement, link: HTMLAnchorElement, update(card: Card, withPicture: boolean): void, place(box: Box, index: number, total: number): void }} CardView */

/**
 * A clip on the wall: a link to its details.
 * @param {Card} first
 * @returns {CardView}
 */
export function createCard(first) {
  const picture = element('div', { className: 'picture' });
  const prompt = element('div', { className: 'card-prompt' });
  const meta = element('div', { className: 'card-meta' });
  const caption = element('div', { className: 'caption' }, prompt, meta);
  const link = element('a', { className: 'card-link', href: `#${first.id}`, tabIndex: -1 }, picture, caption);
  const node = element('li', { className: 'card' }, link);
  node.dataset.id = first.id;
  let shown = '';

  return {
    node,
    link,

    update(card, withPicture) {
      setText(prompt, shortened(card.prompt, 160));
      const words = [
        `${card.seconds} s`,
        card.operation === 'create' ? '' : OPERATION_WORDS[card.operation],
        ago(card.created_at),
      ];
      setText(meta, words.filter(Boolean).join(' · '));
      meta.title = date(card.created_at);
      const state = `${card.status} ${card.error}`;
      const isDone = card.status === 'completed';
      node.dataset.status = card.status;
      if (state !== shown && (withPicture || !isDone)) {
        picture.replaceChildren(...(isDone ? [poster(card)] : progressOf(card)));
        shown = state;
      }
      if (card.status === 'in_progress') setProgress(picture, card.progress);
    },

    place({ x, y, width, height }, index, total) {
      node.style.transform = `translate(${x}px, ${y}px)`;
      node.style.width = `${width}px`;
      node.style.height = `${height}px`;
      // Only some of all are in the page.
      node.ariaPosInSet = String(index + 1);
      node.ariaSetSize = String(total);
    },
  };
}

/** @param {Card} card */
function poster({ id }) {
  return element('img', { className: 'poster', alt: '', decoding: 'async', src: contentOf(id, 'thumbnail') });
}

/**
 * What stands in the place of a picture that cannot be had: the clip's first frame, and a word where there is none either.
 * @param {EventTarget | null} missing
 */
export function replacePicture(missing) {
  if (missing instanceof HTMLImageElement) {
    const src = missing.src.replace('thumbnail', 'video');
    missing.replaceWith(element('video', { className: 'poster', muted: true, preload: 'metadata', src }));
  } else if (missing instanceof HTMLVideoElement && missing.className === 'poster') {
    missing.replaceWith(element('p', { className: 'card-state' }, icon('failed'), 'No picture'));
  }
}

/** @param {Card} card */
function progressOf({ status, error }) {
  const isRunning = status === 'in_progress';
  const word = element('span', { className: 'card-word' }, STATUS_WORDS[status]);
  const percent = isRunning && element('span', { className: 'card-percent' });
  return [
    element('p', { className: 'card-state' }, icon(status), word, percent),
    ...(error === null ? [] : [element('p', { className: 'card-error' }, shortened(error, 140))]),
    ...(isRunning ? [element('progress', { max: 100, ariaLabel: 'Progress' })] : []),
  ];
}

/** Some makers tell no progress before the end. @param {HTMLElement} picture @param {number} percent */
function setProgress(picture, percent) {
  setText(find('.card-percent', HTMLElement, picture), percent > 0 ? `${percent}%` : '');
  find('progress', HTMLProgressElement, picture).value = percent;
}
