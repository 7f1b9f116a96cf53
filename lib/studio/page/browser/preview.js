import { element } from './dom.js';
import { contentOf } from './format.js';

/** A pointer that only passes starts nothing. */
const HOVER_MS = 180;

/**
 * Plays a finished clip in its place, without sound: while a mouse is over it, while the keyboard's focus is on it, and
 * when it is tapped. One clip at a time.
 * @param {HTMLElement} wall
 */
export function createPreview(wall) {
  const quiet = matchMedia('(prefers-reduced-motion: reduce)');
  const video = element('video', {
    className: 'preview',
    ...{ muted: true, loop: true, playsInline: true, disablePictureInPicture: true, preload: 'none' },
  });
  video.ariaHidden = 'true';
  video.onplaying = () => video.classList.add('is-playing');
  /** @type {HTMLElement | undefined} */
  let current;
  /** @type {number | undefined} */
  let waiting;

  const stop = () => {
    clearTimeout(waiting);
    if (current === undefined) return;
    current = undefined;
    video.classList.remove('is-playing');
    video.remove();
    video.removeAttribute('src');
    video.load();
  };
  /** @param {HTMLElement} card @param {number} [delayMs] */
  const start = (card, delayMs = 0) => {
    if (card === current) return;
    stop();
    if (card.dataset.status !== 'completed') return;
    current = card;
    waiting = setTimeout(() => {
      card.querySelector('.picture')?.append(video);
      video.src = contentOf(card.dataset.id ?? '');
      // A clip that is gone or not allowed to play leaves its poster.
      video.play().catch(() => undefined);
    }, delayMs);
  };

  wall.addEventListener('pointerover', (event) => {
    if (event.pointerType !== 'mouse' || quiet.matches) return;
    const card = cardOf(event.target);
    if (card === undefined) stop();
    else start(card, HOVER_MS);
  });
  wall.addEventListener('pointerleave', (event) => {
    if (event.pointerType === 'mouse') stop();
  });
  wall.addEventListener('focusin', (event) => {
    const card = cardOf(event.target);
    if (card !== undefined && !quiet.matches && card.querySelector(':focus-visible') !== null) start(card, HOVER_MS);
  });
  wall.addEventListener('focusout', stop);
  wall.addEventListener('click', (event) => {
    // The first tap on a picture plays it, the second shows the clip's details, as one on the words does at once.
    const isTap = event instanceof PointerEvent && event.pointerType === 'touch';
    const card = cardOf(event.target);
    const isOnPicture = event.target instanceof Element && event.target.closest('.picture') !== null;
    if (!isTap || !isOnPicture || card?.dataset.status !== 'completed' || card === current) return;
    event.preventDefault();
    start(card);
  });

  return { stop, isIn: (/** @type {HTMLElement} */ card) => card === current };
}

/** @param {EventTarget | null} target */
function cardOf(target) {
  const card = target instanceof Element ? target.closest('.card') : null;
  return card instanceof HTMLElement ? card : undefined;
}
