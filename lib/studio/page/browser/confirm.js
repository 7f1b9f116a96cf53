import { find } from './dom.js';

/**
 * Asks before something that cannot be undone.
 * @param {{ title: string, text: string, action: string }} question
 * @returns {Promise<boolean>}
 */
export function confirmed({ title, text, action }) {
  const dialog = find('#confirm', HTMLDialogElement);
  const button = find('.danger', HTMLButtonElement, dialog);
  find('#confirm-title', HTMLElement).textContent = title;
  find('#confirm-text', HTMLElement).textContent = text;
  button.textContent = action;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    button.onclick = () => dialog.close('yes');
    find('.cancel', HTMLButtonElement, dialog).onclick = () => dialog.close();
    dialog.onclose = () => resolve(dialog.returnValue === 'yes');
  });
}
