import { find, setText } from './dom.js';

/** @type {Promise<void> | undefined} */
let asking;

/** Asks for the token, once for all that wait for it, and has the studio keep it in a cookie that no script can read. */
export function logIn() {
  asking ??= ask().finally(() => {
    asking = undefined;
  });
  return asking;
}

/** @returns {Promise<void>} */
function ask() {
  const dialog = find('#login', HTMLDialogElement);
  const input = find('#login-token', HTMLInputElement);
  const error = find('#login-error', HTMLElement);
  dialog.showModal();
  return new Promise((resolve) => {
    find('form', HTMLFormElement, dialog).onsubmit = async (event) => {
      event.preventDefault();
      const response = await fetch('/studio/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: input.value }),
      }).catch(() => undefined);
      input.value = '';
      if (response?.ok) {
        dialog.close();
        resolve();
        return;
      }
      setText(error, response === undefined ? 'The studio does not answer.' : 'That is not the token.');
      error.hidden = false;
      input.focus();
    };
    // There is nothing to see without it.
    dialog.oncancel = (event) => event.preventDefault();
  });
}
