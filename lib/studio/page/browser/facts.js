import { copyButton } from './copy.js';
import { element } from './dom.js';
import { date, dimensions, usd } from './format.js';

/** @import { ClipFacts, Details } from '../wire.ts' */

/** Shown elsewhere, or of use to programs only. */
const ELSEWHERE = [
  'object',
  'status',
  'progress',
  'prompt',
  'error',
  'notice',
  'source_video_id',
  'remixed_from_video_id',
];

/** @type {Record<string, string>} */
const NAMES = {
  id: 'Id',
  model: 'Made by',
  size: 'Size',
  seconds: 'Length',
  seed: 'Seed',
  created_at: 'Asked for',
  completed_at: 'Finished',
  expires_at: 'Expires',
};

/**
 * Everything that the studio says of a clip and that has no place of its own, also what this page has never heard of.
 * @param {Details} details
 */
export function factList({ video, facts }) {
  const list = element('dl', { className: 'facts' });
  for (const [key, value] of Object.entries(video)) {
    if (ELSEWHERE.includes(key) || value === null || (Array.isArray(value) && value.length === 0)) continue;
    const text = wordsOf(key, value);
    list.append(
      element('dt', {}, NAMES[key] ?? nameOf(key)),
      element('dd', {}, text, ...(key === 'id' ? [copyButton('Copy', text, 'the id')] : [])),
    );
  }
  // What the studio itself paid goes before what its clients count.
  const price = 'cost' in video ? undefined : priceOf(facts);
  if (price !== undefined) list.append(element('dt', {}, 'Cost'), element('dd', {}, price));
  return list;
}

/** @param {string} key @param {unknown} value */
function wordsOf(key, value) {
  if (key.endsWith('_at') && typeof value === 'number') return date(value);
  if (key === 'size') return dimensions(String(value));
  if (key === 'seconds') return `${value} seconds`;
  if (key === 'cost') return usd(Number(Object(value).usd));
  if (Array.isArray(value)) return value.map(String).join(' ');
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** `requested_model` as words. @param {string} key */
function nameOf(key) {
  const words = key.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** @param {ClipFacts | null} facts */
function priceOf(facts) {
  if (facts === null) return undefined;
  if (facts.isFree) return 'Nothing';
  return facts.usd === undefined ? 'Not known' : usd(facts.usd);
}

/**
 * Where the clip was published. Browsers open no file of the disk from a page, so such an address is only told.
 * @param {ClipFacts | null} facts
 */
export function addresses(facts) {
  const published = facts?.published ?? [];
  if (published.length === 0) return undefined;
  const items = published.map(({ url }) => {
    const isWeb = /^https?:\/\//i.test(url);
    const address = isWeb
      ? element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, url)
      : element('code', {}, url);
    return element('li', {}, address, copyButton('Copy', url, 'the address'));
  });
  return element('ul', { className: 'addresses' }, ...items);
}
