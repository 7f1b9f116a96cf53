import { find, setText } from './dom.js';
import { count } from './format.js';

/** @import { Counts } from '../wire.ts' */
/** @import { Filter } from './clips.js' */

const TYPING_MS = 200;

/**
 * Search and filter.
 * @param {(changes: Partial<Filter>) => void} onChange
 */
export function createFilters(onChange) {
  const search = find('#search', HTMLInputElement);
  const filters = find('#filters', HTMLFieldSetElement);
  /** @type {number | undefined} */
  let typing;

  search.oninput = () => {
    clearTimeout(typing);
    typing = setTimeout(() => onChange({ query: search.value.trim() }), TYPING_MS);
  };
  search.onkeydown = (event) => {
    if (event.key !== 'Escape' || search.value === '') return;
    search.value = '';
    onChange({ query: '' });
  };
  filters.onchange = ({ target }) => {
    if (target instanceof HTMLInputElement) onChange({ status: target.value });
  };
  addEventListener('keydown', (event) => {
    const isTyping =
      event.target instanceof Element && event.target.closest('input, textarea, select, dialog') !== null;
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    event.preventDefault();
    search.select();
    search.focus();
  });

  return {
    /** @param {Counts} counts */
    show({ queued, in_progress, completed, failed }) {
      const open = queued + in_progress;
      const amounts = { all: open + completed + failed, open, completed, failed };
      for (const [name, amount] of Object.entries(amounts)) {
        setText(find(`[data-count=${name}]`, HTMLElement, filters), count(amount));
      }
      document.title = open > 0 ? `(${open}) Studio` : 'Studio';
    },
  };
}
