import { announce, createTeller } from './announce.js';
import { listJobs, reasonOf } from './api.js';
import { createClips } from './clips.js';
import { createDetail } from './detail.js';
import { element, find } from './dom.js';
import { listen } from './events.js';
import { createFilters } from './filters.js';
import { createForm } from './form.js';
import { count } from './format.js';
import { createWall } from './wall.js';

/** @import { Changes } from '../wire.ts' */

/** Who has scrolled so far is reading, and is not disturbed by newer clips. */
const READING_PX = 300;

const wallElement = find('#wall', HTMLElement);
const banner = find('#banner', HTMLElement);
const newer = find('#newer', HTMLButtonElement);
const empty = find('#empty', HTMLElement);

const clips = createClips((isOrderChanged) => {
  if (isOrderChanged) wall.arrange();
  else wall.redraw();
  if (clips.counts) filters.show(clips.counts);
  newer.hidden = clips.heldCount === 0;
  newer.textContent = clips.heldCount === 1 ? '1 newer clip' : `${count(clips.heldCount)} newer clips`;
  showEmptiness();
});
const wall = createWall(wallElement, {
  cards: () => clips.list,
  total: () => Math.max(clips.list.length, totalOf()),
  nearEnd: () => clips.loadMore().catch(complain),
});
const form = createForm();
const detail = createDetail({
  revise: (revision) => form.show(revision),
  onClose: () => location.hash.startsWith('#video') && history.pushState(null, '', location.pathname),
});
const filters = createFilters((changes) => {
  scrollTo(0, 0);
  clips.load(changes).then(tellFound, complain);
});
const tell = createTeller();

function totalOf() {
  const { counts, filter } = clips;
  if (counts === undefined) return 0;
  const { queued, in_progress, completed, failed } = counts;
  if (filter.status === 'completed') return completed;
  if (filter.status === 'failed') return failed;
  return filter.status === '' ? queued + in_progress + completed + failed : queued + in_progress;
}

function tellFound() {
  banner.hidden = true;
  const found = totalOf();
  if (clips.filter.query !== '') announce(found === 1 ? '1 clip found.' : `${count(found)} clips found.`);
}

/** @param {unknown} error */
function complain(error) {
  if (error instanceof DOMException && error.name === 'AbortError') return;
  banner.textContent = reasonOf(error);
  banner.hidden = false;
}

function showEmptiness() {
  empty.hidden = clips.list.length > 0 || clips.heldCount > 0;
  if (empty.hidden) return;
  if (clips.filter.query !== '' || clips.filter.status !== '') {
    empty.replaceChildren(
      element('h2', {}, 'No clip is like that'),
      element('p', {}, 'Try other words, or show all clips.'),
    );
    return;
  }
  const first = element(
    'button',
    { type: 'button', className: 'primary', onclick: () => form.show() },
    'Make the first clip',
  );
  empty.replaceChildren(
    element('h2', {}, 'No clips yet'),
    element('p', {}, 'Make one here, or on the command line:'),
    element('pre', {}, `export VIDEO_BASE_URL=${location.origin}/v1\nvideo-toolset produce "a red kite over a meadow"`),
    first,
  );
}

/** @param {Changes} changes */
function apply(changes) {
  clips.apply(changes, scrollY > READING_PX);
  detail.apply(changes.jobs, changes.removed);
  tell(changes.jobs);
}

const showWanted = () => detail.show(/^#(video_\w+)$/.exec(location.hash)?.[1]);

find('#make', HTMLButtonElement).onclick = () => form.show();
newer.onclick = () => {
  clips.release();
  scrollTo(0, 0);
  wall.focusFirst();
};
find('.skip', HTMLAnchorElement).onclick = (event) => {
  event.preventDefault();
  wall.focus();
};
addEventListener('hashchange', showWanted);
addEventListener('scroll', () => scrollY === 0 && clips.heldCount > 0 && clips.release(), { passive: true });

async function begin() {
  const version = await clips.load();
  wallElement.ariaBusy = 'false';
  tell(clips.list);
  listen({
    version,
    onChange: apply,
    onReload: () => clips.load().catch(complain),
    onConnection(isUp) {
      banner.hidden = isUp;
      if (!isUp) banner.textContent = 'The studio does not answer. This page goes on when it does.';
    },
    check: () => listJobs({ query: '', status: '', limit: 1 }, AbortSignal.timeout(10_000)),
  });
}

/** @param {unknown} error */
function beginLater(error) {
  complain(error);
  setTimeout(() => begin().then(() => (banner.hidden = true), beginLater), 3_000);
}

showWanted();
begin().catch(beginLater);
