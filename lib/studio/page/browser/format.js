const AGO = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const USD = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD', maximumFractionDigits: 4 });
const NUMBER = new Intl.NumberFormat('en');

/** @type {readonly (readonly [Intl.RelativeTimeFormatUnit, number])[]} */
const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/**
 * @param {number} unixSeconds
 * @param {number} [nowMs]
 */
export function ago(unixSeconds, nowMs = Date.now()) {
  const passed = Math.max(0, nowMs / 1_000 - unixSeconds);
  const unit = UNITS.find(([, seconds]) => passed >= seconds);
  return unit === undefined ? 'just now' : AGO.format(-Math.floor(passed / unit[1]), unit[0]);
}

/** @param {number} unixSeconds */
export const date = (unixSeconds) => DATE.format(unixSeconds * 1_000);

/** @param {number} amount */
export const usd = (amount) => USD.format(amount);

/** @param {number} amount */
export const count = (amount) => NUMBER.format(amount);

/** @param {string} size */
export const dimensions = (size) => size.replace('x', ' × ');

/**
 * Width to height.
 * @param {string} size
 */
export function aspectOf(size) {
  const [width = 0, height = 0] = size.split('x').map(Number);
  return width > 0 && height > 0 ? width / height : 16 / 9;
}

/** The beginning of a text, cut between words where that can be.
 * @param {string} text
 * @param {number} characters
 */
export function shortened(text, characters) {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= characters) return line;
  const cut = line.slice(0, characters);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), characters / 2))}…`;
}

/** @type {Record<import('../wire.ts').Status, string>} */
export const STATUS_WORDS = { queued: 'Waiting', in_progress: 'In progress', completed: 'Finished', failed: 'Failed' };

/** @type {Record<import('../wire.ts').Operation, string>} */
export const OPERATION_WORDS = { create: 'Original', remix: 'Remix', edit: 'Edit', extension: 'Extension' };

/** A name for the saved file.
 * @param {string} prompt
 * @param {string} id
 */
export function fileName(prompt, id) {
  const words = shortened(prompt, 40)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  return `${words || 'clip'}-${id.slice(-6)}.mp4`;
}

/**
 * Is that drawn by the studio itself? Everybody else is called `provider/model`.
 * @param {string} maker
 */
export const isOwn = (maker) => !maker.includes('/');

/** @param {string} id */
export const contentOf = (id, variant = 'video') => `/v1/videos/${encodeURIComponent(id)}/content?variant=${variant}`;
