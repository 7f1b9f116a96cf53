import { element, icon } from './dom.js';
import { OPERATION_WORDS, STATUS_WORDS, shortened } from './format.js';

/** @import { Relative } from '../wire.ts' */

/**
 * What was made from what, as a tree of links; nothing for a clip without relatives.
 * @param {readonly Relative[]} family
 * @param {string} id the clip that is looked at
 * @returns {HTMLElement | undefined}
 */
export function lineage(family, id) {
  const known = new Set(family.map((relative) => relative.id));
  const roots = family.filter(({ source }) => source === null || !known.has(source));
  const isAlone = family.length === 1 && roots.every(({ source }) => source === null);
  if (isAlone) return undefined;
  const tree = element('ul', { className: 'tree' });
  for (const root of roots) {
    const branch = branchOf(root, family, id);
    if (root.source === null) tree.append(branch);
    else
      tree.append(
        element('li', {}, element('span', { className: 'lost' }, 'A clip that was deleted'), element('ul', {}, branch)),
      );
  }
  return tree;
}

/**
 * @param {Relative} clip
 * @param {readonly Relative[]} family
 * @param {string} id
 * @returns {HTMLLIElement}
 */
function branchOf(clip, family, id) {
  const children = family.filter(({ source }) => source === clip.id);
  const link = element(
    'a',
    { href: `#${clip.id}`, className: 'relative' },
    clip.operation === 'create' ? icon('completed') : icon(clip.operation),
    element('span', { className: 'relative-kind' }, OPERATION_WORDS[clip.operation]),
    element('span', { className: 'relative-prompt' }, shortened(clip.prompt, 90)),
    clip.status !== 'completed' && element('span', { className: 'relative-status' }, STATUS_WORDS[clip.status]),
  );
  if (clip.id === id) link.ariaCurrent = 'true';
  return element(
    'li',
    {},
    link,
    children.length > 0 && element('ul', {}, ...children.map((child) => branchOf(child, family, id))),
  );
}
