import { announce } from './announce.js';
import { details, Refusal, reasonOf, remove } from './api.js';
import { confirmed } from './confirm.js';
import { copyButton } from './copy.js';
import { element, find, icon } from './dom.js';
import { addresses, factList } from './facts.js';
import { contentOf, fileName, isOwn, OPERATION_WORDS, STATUS_WORDS, shortened } from './format.js';
import { lineage } from './lineage.js';

/** @import { Card, Details } from '../wire.ts' */
/** @import { Revision } from './form.js' */

/**
 * The view of one clip, which the address of the page names.
 * @param {object} page
 * @param {(revision: Revision) => void} page.revise
 * @param {() => void} page.onClose
 */
export function createDetail({ revise, onClose }) {
  const dialog = find('#detail', HTMLDialogElement);
  const body = find('.detail-body', HTMLElement, dialog);
  const title = find('#detail-title', HTMLElement);
  /** @type {string | undefined} */
  let id;
  let asking = new AbortController();
  /** Is it being deleted from here? */
  let isLeaving = false;

  const load = async () => {
    if (id === undefined) return;
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const answer = await details(id, signal);
      if (!signal.aborted) draw(answer);
    } catch (error) {
      if (signal.aborted) return;
      title.textContent =
        error instanceof Refusal && error.status === 404 ? 'This clip is gone' : 'The clip cannot be shown';
      body.replaceChildren(element('p', { className: 'error' }, reasonOf(error)));
    }
  };

  /** @param {Details} answer */
  const draw = (answer) => {
    const { video, operation, family, facts } = answer;
    const prompt = String(video.prompt);
    title.textContent = operation === 'create' ? 'Clip' : OPERATION_WORDS[operation];
    const published = addresses(facts);
    const tree = lineage(family, String(video.id));
    body.replaceChildren(
      element('div', { className: 'stage' }, stageOf(answer)),
      element(
        'div',
        { className: 'about' },
        section(
          'Prompt',
          element('p', { className: 'prompt', tabIndex: 0 }, prompt),
          copyButton('Copy', prompt, 'the prompt'),
        ),
        actionsOf(answer),
        published && section('Published', published),
        tree && section('Lineage', tree),
        section('Details', factList(answer)),
        typeof video.notice === 'string' && element('p', { className: 'notice' }, video.notice),
      ),
    );
  };

  /** @param {Details} answer */
  const actionsOf = ({ video }) => {
    const clip = { id: String(video.id), prompt: String(video.prompt) };
    const isDone = video.status === 'completed';
    const isChangeable = isDone && isOwn(String(video.model));
    const address = new URL(contentOf(clip.id), location.href).href;
    const download = element(
      'a',
      { className: 'button primary', href: contentOf(clip.id), download: fileName(clip.prompt, clip.id) },
      'Download',
    );
    const change = (/** @type {Revision['kind']} */ kind, /** @type {string} */ label) =>
      button(label, () => revise({ kind, source: clip.id, prompt: clip.prompt }));
    return element(
      'div',
      { className: 'actions' },
      ...(isDone ? [download, copyButton('Copy address', address, 'of the clip')] : []),
      ...(isChangeable ? [change('remix', 'Remix'), change('edit', 'Edit'), change('extension', 'Extend')] : []),
      button('Delete', () => removeAfterAsking(clip), 'danger-plain'),
    );
  };

  /** @param {{ id: string, prompt: string }} clip */
  const removeAfterAsking = async (clip) => {
    const isSure = await confirmed({
      title: 'Delete this clip?',
      text: `“${shortened(clip.prompt, 120)}” is deleted with its files, for everybody. What was made from it stays.`,
      action: 'Delete it',
    });
    if (!isSure) return;
    isLeaving = true;
    try {
      await remove(clip.id);
      announce('The clip is deleted.');
      dialog.close();
    } catch (error) {
      isLeaving = false;
      body.prepend(element('p', { className: 'error', role: 'alert' }, reasonOf(error)));
    }
  };

  find('.close', HTMLButtonElement, dialog).append(icon('close'));
  find('.close', HTMLButtonElement, dialog).onclick = () => dialog.close();
  // A click beside the dialog is one on its backdrop, which belongs to it.
  dialog.onclick = ({ target }) => {
    if (target === dialog) dialog.close();
  };
  dialog.onclose = () => {
    id = undefined;
    asking.abort();
    // Nothing goes on playing.
    body.replaceChildren();
    onClose();
  };

  return {
    /** @param {string | undefined} wanted */
    show(wanted) {
      if (wanted === id) return;
      id = wanted;
      isLeaving = false;
      if (wanted === undefined) return dialog.close();
      body.replaceChildren(element('p', { className: 'loading' }, 'Loading…'));
      title.textContent = 'Clip';
      if (!dialog.open) dialog.showModal();
      dialog.scrollTop = 0;
      return load();
    },

    /** @param {readonly Card[]} cards @param {readonly string[]} removed */
    apply(cards, removed) {
      if (id === undefined || isLeaving) return;
      const card = cards.find((changed) => changed.id === id);
      const bar = body.querySelector('.stage progress');
      if (card?.status === 'in_progress' && bar instanceof HTMLProgressElement) bar.value = card.progress;
      else if (card !== undefined || removed.includes(id)) load();
    },
  };
}

/** What is to be seen of the clip. @param {Details} details */
function stageOf({ video }) {
  const id = String(video.id);
  if (video.status === 'completed') {
    const player = element('video', {
      ...{ className: 'player', controls: true, loop: true, playsInline: true, preload: 'metadata' },
      ...{ poster: contentOf(id, 'thumbnail'), src: contentOf(id), ariaLabel: 'The clip' },
    });
    player.onerror = () =>
      player.replaceWith(element('p', { className: 'card-state' }, icon('failed'), 'The clip cannot be played.'));
    return player;
  }
  if (video.status === 'failed') {
    const reason = Object(video.error).message ?? 'It is not known why.';
    return element('p', { className: 'card-state' }, icon('failed'), element('span', {}, `Failed: ${reason}`));
  }
  const isRunning = video.status === 'in_progress';
  return element(
    'div',
    { className: 'waiting' },
    element(
      'p',
      { className: 'card-state' },
      icon(isRunning ? 'in_progress' : 'queued'),
      STATUS_WORDS[isRunning ? 'in_progress' : 'queued'],
    ),
    isRunning && element('progress', { max: 100, value: Number(video.progress), ariaLabel: 'Progress' }),
  );
}

/** @param {string} heading @param {...Node} content */
function section(heading, ...content) {
  return element('section', {}, element('h3', {}, heading), ...content);
}

/** @param {string} label @param {() => unknown} onclick @param {string} [className] */
function button(label, onclick, className = 'plain') {
  return element('button', { type: 'button', className, onclick }, label);
}
