// The referral inbox of one facility: list, one referral, steps, live by the feed. The address says what is shown.
import { element } from './elements.js';
import { printedPaper } from './printed-paper.js';
import { referralView } from './referral.js';
import {
  facilities,
  follow,
  LineProblem,
  logOut,
  referral,
  ServiceProblem,
  session,
  take,
  worklist,
} from './service.js';
import { openStepDialog } from './step-dialog.js';
import { filters, states, worklistItems } from './worklist.js';
import { currentLanguage, setLanguage } from './language.js';
import { t } from './words.js';

const $ = (id) => document.querySelector(`#${id}`);
const pageSize = 50;
const most = 500;

/** What is on the page. Nothing else is kept. */
const shown = { me: undefined, facilities: [], items: [], next: undefined, open: undefined };

// ---- the address -------------------------------------------------------------------------------------------------------

function place() {
  const given = new URLSearchParams(location.hash.slice(1));
  const direction = given.get('tab') === 'outgoing' ? 'outgoing' : 'incoming';
  const filter = given.get('state') ?? 'open';
  return {
    direction,
    filter: filter in filters || states.includes(filter) ? filter : 'open',
    id: given.get('id') ?? undefined,
  };
}

function goTo(change) {
  const { direction, filter, id } = { ...place(), ...change };
  location.hash = new URLSearchParams({ tab: direction, state: filter, ...(id && { id }) }).toString();
}

// ---- the list ----------------------------------------------------------------------------------------------------------

async function loadList(limit = pageSize) {
  const { direction, filter } = place();
  const page = await worklist({ direction, states: filters[filter] ?? [filter], limit });
  if (isStill(direction, filter)) {
    Object.assign(shown, { items: page.items, next: page.next });
    renderList();
  }
  return page.position;
}

async function loadMore() {
  const { direction, filter } = place();
  const last = shown.items.length;
  const page = await worklist({ direction, states: filters[filter] ?? [filter], after: shown.next, limit: pageSize });
  if (!isStill(direction, filter)) return;
  shown.items = [...shown.items, ...page.items];
  shown.next = page.next;
  renderList();
  document.querySelectorAll('#list .item')[last]?.focus();
}

/** Somebody may have gone on while the answer was on its way. */
function isStill(direction, filter) {
  const now = place();
  return now.direction === direction && now.filter === filter;
}

function renderList() {
  const { direction, id } = place();
  const focused = document.activeElement?.closest('#list .item')?.dataset.id;
  $('list').replaceChildren(...worklistItems(shown.items, direction, id, (chosen) => goTo({ id: chosen })));
  if (focused) itemOf(focused)?.focus();
  $('list-more').hidden = shown.next === undefined;
  $('list-count').textContent =
    shown.items.length === 0 ? t('list-empty') : t(shown.next ? 'list-count-more' : 'list-count', shown.items.length);
}

const itemOf = (id) => document.querySelector(`#list .item[data-id="${CSS.escape(id)}"]`);

// ---- one referral ------------------------------------------------------------------------------------------------------

async function openReferral(id, { focus = false } = {}) {
  try {
    shown.open = await referral(id);
  } catch (error) {
    shown.open = undefined;
    if (!(error instanceof ServiceProblem && error.status === 404)) throw error;
    say('bad', t('problem-gone'));
  }
  if (place().id !== id) return;
  renderReferral();
  if (focus) $('referral-title')?.focus();
}

function renderReferral() {
  document.body.classList.toggle('one-open', place().id !== undefined);
  const actions = { take: askFor, print: printPaper, back: () => goTo({ id: undefined }) };
  $('referral').replaceChildren(
    ...(shown.open ? referralView(shown.open, actions) : [element('p', { className: 'soft' }, t('choose-one'))]),
  );
}

function askFor(step) {
  const { id, revision } = shown.open;
  const confirmed = async (body) => {
    shown.open = await take(id, revision, step, body);
    renderReferral();
    say('good', t('done', t(`step-${step}`)));
    void refreshList();
  };
  openStepDialog(step, shown.open, shown.facilities, { take: confirmed, wordsOf, closed: keepFocus });
}

/** The button that opened the dialog is gone once its step was taken: the keyboard goes on with the next one. */
function keepFocus() {
  if (document.activeElement !== document.body) return;
  (document.querySelector('#referral .steps button') ?? $('referral-title'))?.focus();
}

/** The words for a step that was not taken; none when they stand on the page already. */
function wordsOf(problem) {
  if (problem instanceof LineProblem) return t('problem-line');
  if (!(problem instanceof ServiceProblem)) throw problem;
  if (problem.status === 412) {
    void showWhatIsNow().catch(report);
    return undefined;
  }
  const fields = problem.document?.errors?.map(({ path }) => path).join(', ');
  if (fields) return t('problem-fields', fields);
  return problem.text(currentLanguage()) || t('problem-other', problem.status);
}

async function showWhatIsNow() {
  await openReferral(shown.open.id, { focus: true });
  say('bad', t('problem-stale'));
}

function printPaper() {
  $('printed').replaceChildren(...printedPaper(shown.open));
  window.print();
}

// ---- live --------------------------------------------------------------------------------------------------------------

let refreshing;

/** Steps often come in twos and threes: the list is read once for them. */
function refreshList() {
  refreshing ??= new Promise((resolve) => {
    setTimeout(() => {
      refreshing = undefined;
      resolve(loadList(Math.min(Math.max(pageSize, shown.items.length), most)).catch(report));
    }, 100);
  });
  return refreshing;
}

function onStep({ id, revision, type, from, to }) {
  void refreshList();
  if (id === shown.open?.id && revision > shown.open.revision) {
    void openReferral(id)
      .then(() => say('news', t('news-changed')))
      .catch(report);
  } else if (type === 'ReferralIssued' && to === shown.me.facility) {
    const sender = shown.facilities.find(({ code }) => code === from);
    say('news', t('news-issued', sender?.name ?? from));
  }
}

function onLine(live) {
  $('line').className = live ? 'live' : 'lost';
  $('line').textContent = t(live ? 'line-live' : 'line-lost');
}

// ---- the frame ---------------------------------------------------------------------------------------------------------

function say(kind, text) {
  // What went wrong stays until something else is done: news from the feed must not cover it.
  if (kind === 'news' && $('message').className === 'bad') return;
  $('message').className = kind;
  $('message').textContent = text;
}

function report(error) {
  if (error instanceof LineProblem) say('bad', t('problem-line'));
  else if (error instanceof ServiceProblem)
    say('bad', error.text(currentLanguage()) || t('problem-other', error.status));
  else throw error;
}

function renderFrame() {
  const { direction, filter } = place();
  document.documentElement.lang = currentLanguage();
  document.title = `${t('title')} · Liên Tuyến`;
  for (const marked of document.querySelectorAll('[data-t]')) marked.textContent = t(marked.dataset.t);
  for (const tab of document.querySelectorAll('[role=tab]')) {
    const chosen = tab.dataset.tab === direction;
    tab.setAttribute('aria-selected', String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
  }
  document.querySelector('[role=tablist]').setAttribute('aria-label', `${t('incoming')}, ${t('outgoing')}`);
  $('referral').setAttribute('aria-label', t('paper'));
  $('worklist').setAttribute('aria-labelledby', `tab-${direction}`);
  const me = shown.facilities.find(({ code }) => code === shown.me.facility);
  $('me').textContent = me ? `${me.name ?? me.code} (${me.code})` : (shown.me.facility ?? '');
  const option = (value, text) => element('option', { value, selected: value === filter }, text);
  $('filter').replaceChildren(
    element(
      'optgroup',
      { label: t('filter-groups') },
      Object.keys(filters).map((name) => option(name, t(`filter-${name}`))),
    ),
    element(
      'optgroup',
      { label: t('filter-states') },
      states.map((state) => option(state, t(`state-${state}`))),
    ),
  );
  $('language').textContent = currentLanguage() === 'vi' ? 'English' : 'Tiếng Việt';
  $('language').lang = currentLanguage() === 'vi' ? 'en' : 'vi';
  if ($('line').className) onLine($('line').className === 'live');
}

let before = {};

async function render() {
  const now = place();
  const otherList = now.direction !== before.direction || now.filter !== before.filter;
  const closed = before.id !== undefined && now.id === undefined ? before.id : undefined;
  const opened = now.id !== before.id && now.id !== undefined;
  before = now;
  renderFrame();
  if (otherList || opened) say('', '');
  if (now.id === undefined) shown.open = undefined;
  renderList();
  if (!opened) renderReferral();
  if (closed) itemOf(closed)?.focus();
  const position = otherList ? await loadList() : undefined;
  if (opened) await openReferral(now.id, { focus: true });
  return position;
}

function moveAmongTabs(event) {
  if (!['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
  const direction = place().direction === 'incoming' ? 'outgoing' : 'incoming';
  goTo({ direction, id: undefined });
  $(`tab-${direction}`).focus();
}

function moveAmongItems(event) {
  const items = [...document.querySelectorAll('#list .item')];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  items[Math.min(Math.max(to, 0), items.length - 1)].focus();
}

async function begin() {
  [shown.me, shown.facilities] = await Promise.all([session(), facilities()]);
  for (const tab of document.querySelectorAll('[role=tab]')) {
    tab.addEventListener('click', () => goTo({ direction: tab.dataset.tab, id: undefined }));
    tab.addEventListener('keydown', moveAmongTabs);
  }
  $('filter').addEventListener('change', (event) => goTo({ filter: event.target.value, id: undefined }));
  $('list').addEventListener('keydown', moveAmongItems);
  $('list-more').addEventListener('click', () => void loadMore().catch(report));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !document.querySelector('dialog[open]')) goTo({ id: undefined });
  });
  $('language').addEventListener('click', () => {
    setLanguage(currentLanguage() === 'vi' ? 'en' : 'vi');
    renderFrame();
    renderList();
    renderReferral();
  });
  $('log-out').addEventListener('click', () => void logOut().then(() => location.assign('/login'), report));
  window.addEventListener('hashchange', () => void render().catch(report));
  const position = await render();
  follow(position, onStep, onLine);
}

await begin().catch(report);
