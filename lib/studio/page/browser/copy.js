import { announce } from './announce.js';
import { element } from './dom.js';

const TOLD_MS = 1_500;

/**
 * A button that copies a text.
 * @param {string} label
 * @param {string} text
 * @param {string} what for people who hear several such buttons
 */
export function copyButton(label, text, what) {
  const button = element('button', { type: 'button', className: 'plain copy', ariaLabel: `${label} ${what}` }, label);
  button.onclick = async () => {
    const isCopied = await copy(text, button);
    button.textContent = isCopied ? 'Copied' : 'Not copied';
    announce(isCopied ? `Copied ${what}.` : 'The browser does not let this page copy.');
    setTimeout(() => {
      button.textContent = label;
    }, TOLD_MS);
  };
  return button;
}

/** @param {string} text @param {HTMLElement} beside */
async function copy(text, beside) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Browsers keep the clipboard from pages that come over plain HTTP from another machine.
    const field = element('textarea', { value: text, className: 'hidden', readOnly: true });
    beside.after(field);
    field.select();
    const isCopied = document.execCommand('copy');
    field.remove();
    beside.focus();
    return isCopied;
  }
}
