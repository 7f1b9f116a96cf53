import { announce } from './announce.js';
import { choices, Refusal, reasonOf, start } from './api.js';
import { element, find, icon, setText } from './dom.js';
import { aspectOf, dimensions, isOwn, shortened } from './format.js';

/** @import { Choices } from '../wire.ts' */
/** @typedef {{ kind: 'remix' | 'edit' | 'extension', source: string, prompt: string }} Revision a clip that another is made from */

const WORDS = {
  create: {
    title: 'Make a clip',
    hint: 'Say what is to be seen: who or what, where, when, and how the camera moves.',
    action: 'Make it',
  },
  remix: { title: 'Remix', hint: 'What the new prompt names takes the place of what was there.', action: 'Remix it' },
  edit: { title: 'Edit', hint: 'Only what the prompt names is changed, over the whole clip.', action: 'Edit it' },
  extension: {
    title: 'Extend',
    hint: 'The clip goes on from its last frame and becomes what the prompt names.',
    action: 'Extend it',
  },
};
/** The fields beside the prompt. */
/** @type {Record<keyof typeof WORDS, readonly string[]>} */
const FIELDS = { create: ['size', 'seconds', 'model', 'more'], remix: [], edit: [], extension: ['seconds'] };

/** The form that makes a clip, from words alone or from another clip. */
export function createForm() {
  const dialog = find('#form', HTMLDialogElement);
  const form = find('form', HTMLFormElement, dialog);
  const prompt = find('#form-prompt', HTMLTextAreaElement);
  const model = find('#form-model', HTMLSelectElement);
  const error = find('#form-error', HTMLElement);
  const submit = find('[type=submit]', HTMLButtonElement, form);
  /** @type {Revision | undefined} */
  let revision;
  /** @type {Promise<Choices> | undefined} */
  let offered;

  const fill = async () => {
    offered ??= choices();
    const { models, seconds, sizes } = await offered.catch((failure) => {
      offered = undefined;
      throw failure;
    });
    if (model.options.length > 0) return;
    model.append(
      ...Object.entries(models).map(([name, maker]) => element('option', { value: name }, labelOf(name, maker))),
    );
    model.disabled = model.options.length < 2;
    find('#form-sizes', HTMLElement).append(
      ...sizes.map((size, index) => option('size', size, index === 0, shape(size), dimensions(size))),
    );
    find('#form-seconds', HTMLElement).append(
      ...seconds.map((length, index) => option('seconds', length, index === 0, `${length} s`)),
    );
  };

  /** @param {unknown} failure */
  const complain = (failure) => {
    setText(error, reasonOf(failure));
    error.hidden = false;
    const field = failure instanceof Refusal && failure.param !== null ? form.elements.namedItem(failure.param) : null;
    if (field instanceof HTMLElement) field.focus();
  };

  form.onsubmit = async (event) => {
    event.preventDefault();
    if (submit.disabled) return;
    submit.disabled = true;
    error.hidden = true;
    try {
      await send(new FormData(form), revision);
      announce(`Asked for: ${shortened(prompt.value, 80)}.`);
      dialog.close();
      form.reset();
    } catch (failure) {
      complain(failure);
    } finally {
      submit.disabled = false;
    }
  };
  form.onkeydown = (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  };
  find('.close', HTMLButtonElement, dialog).append(icon('close'));
  for (const button of form.querySelectorAll('.close, .cancel')) button.addEventListener('click', () => dialog.close());

  return {
    /** @param {Revision} [from] */
    async show(from) {
      const isOther = from?.source !== revision?.source || from?.kind !== revision?.kind;
      revision = from;
      const kind = from?.kind ?? 'create';
      const { title, hint, action } = WORDS[kind];
      find('#form-title', HTMLElement).textContent = title;
      find('#form-hint', HTMLElement).textContent =
        from === undefined ? hint : `${hint} The clip is “${shortened(from.prompt, 100)}”.`;
      submit.textContent = action;
      if (isOther) prompt.value = '';
      error.hidden = true;
      dialog.showModal();
      prompt.focus();
      await fill().catch(complain);
      for (const field of form.querySelectorAll('[data-for]')) {
        if (!(field instanceof HTMLElement)) continue;
        const name = field.dataset.for ?? '';
        field.hidden = !FIELDS[kind].includes(name) || (name === 'model' && model.disabled);
      }
    },
  };
}

/**
 * @param {FormData} given
 * @param {Revision | undefined} revision
 */
async function send(given, revision) {
  const text = (/** @type {string} */ name) => String(given.get(name) ?? '');
  const prompt = text('prompt');
  if (revision?.kind === 'remix') return start(`/v1/videos/${encodeURIComponent(revision.source)}/remix`, { prompt });
  const video = { id: revision?.source };
  if (revision?.kind === 'edit') return start('/v1/videos/edits', { video, prompt });
  if (revision?.kind === 'extension')
    return start('/v1/videos/extensions', { video, prompt, seconds: text('seconds') });
  const chosen = ['size', 'seconds', 'model', 'seed'].filter((name) => text(name) !== '');
  const reference = given.get('input_reference');
  return start('/v1/videos', {
    prompt,
    ...Object.fromEntries(chosen.map((name) => [name, text(name)])),
    ...(reference instanceof File &&
      reference.size > 0 && { input_reference: { image_url: await dataUrlOf(reference) } }),
  });
}

/** @param {File} file */
function dataUrlOf(file) {
  const reader = new FileReader();
  return new Promise((resolve, reject) => {
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Refusal(0, 'The picture cannot be read.', 'input_reference'));
    reader.readAsDataURL(file);
  });
}

/**
 * @param {string} name
 * @param {string} value
 * @param {boolean} checked
 * @param {...(Node | string)} label
 */
function option(name, value, checked, ...label) {
  // `defaultChecked` is what a reset of the form goes back to.
  const input = element('input', { type: 'radio', name, value, defaultChecked: checked });
  return element('label', { className: 'option' }, input, element('span', {}, ...label));
}

/** @param {string} name @param {string} maker */
function labelOf(name, maker) {
  const made = name === maker ? name : `${name}: ${maker}`;
  return isOwn(maker) ? made : `${made}, costs what its provider takes`;
}

/** A frame of that shape. @param {string} size */
function shape(size) {
  const frame = element('i', { className: 'shape', ariaHidden: 'true' });
  frame.style.aspectRatio = String(aspectOf(size));
  return frame;
}
