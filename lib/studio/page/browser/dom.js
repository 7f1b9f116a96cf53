/**
 * A new element. What comes from people or servers goes in as text, never as markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<Omit<HTMLElementTagNameMap[Tag], 'children' | 'style'>>} [properties]
 * @param {...(Node | string | undefined | false)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  Object.assign(node, properties);
  node.append(...children.filter((child) => child !== undefined && child !== false));
  return node;
}

/**
 * An element of the page that must be there.
 * @template {Element} Kind
 * @param {string} selector
 * @param {new () => Kind} kind
 * @param {ParentNode} [within]
 * @returns {Kind}
 */
export function find(selector, kind, within = document) {
  const node = within.querySelector(selector);
  if (node instanceof kind) return node;
  throw new Error(`The page has no ${selector}.`);
}

/** Changes the text only where it differs: a live region speaks at every change.
 * @param {Node} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const SHAPES = {
  close: 'M6 6l12 12M18 6L6 18',
  play: 'M8 5.5v13l10.5-6.5z',
  queued: 'M12 7v5l3.5 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z',
  in_progress: 'M12 3.5a8.5 8.5 0 1 1-8.5 8.5',
  failed: 'M12 8v5m0 3.2v.3M12 3.5L2.8 19.5h18.4z',
  completed: 'M5 12.5l4.5 4.5L19 7.5',
  remix: 'M4 7h4l8 10h4m0 0l-2.5-2.5M20 17l-2.5 2.5M4 17h4l2-2.5M14 9.5L16 7h4m0 0l-2.5-2.5M20 7l-2.5 2.5',
  edit: 'M4 20l1-4.5L15.5 5 19 8.5 8.5 19z',
  extension: 'M4 12h12m0 0l-4.5-4.5M16 12l-4.5 4.5M20 5v14',
};

/** @typedef {keyof typeof SHAPES} IconName */

/**
 * A picture that a word stands beside.
 * @param {IconName} name
 */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon', `icon-${name}`);
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', SHAPES[name]);
  svg.append(path);
  return svg;
}
