import { clock, size } from './amounts.js';
import { element } from './elements.js';
import { currentLanguage, say, switchLanguage } from './words.js';

const byId = (id) => document.getElementById(id);

/** The last state told; null while the agent does not answer. */
let state = null;
let gone = false;
/** What was asked for beyond the first rows of a list. */
const further = { refused: [], sent: [] };
/** Details of files that are open, by id. */
const details = new Map();
const drawn = new Map();

async function ask(path, method = 'GET') {
  const answer = await fetch(path, { method, headers: { 'x-station-agent': 'page' } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.status === 204 ? undefined : answer.json();
}

async function act(path, success = '') {
  try {
    await ask(path, 'POST');
    byId('message').textContent = success && say(success);
  } catch (error) {
    byId('message').textContent = say(error.message === '404' ? 'no-file' : 'failed');
  }
}

function draw() {
  document.documentElement.lang = currentLanguage();
  for (const place of document.querySelectorAll('[data-t]')) place.textContent = say(place.dataset.t);
  const language = byId('language');
  language.textContent = say('language');
  language.lang = currentLanguage() === 'vi' ? 'en' : 'vi';
  if (!state) return;
  drawLine();
  for (const name of ['waiting', 'answered', 'refused']) setText(`count-${name}`, String(state.counts[name]));
  setText('pause', say(state.paused ? 'resume' : 'pause'));
  setText('folder', state.folder);
  setText('server', state.server);
  drawList('waiting', state.waiting, waitingRow);
  const left = state.counts.waiting - state.waiting.length;
  setText('waiting-more', left > 0 ? say('and-more', { count: left }) : '');
  byId('refused-section').hidden = state.counts.refused === 0;
  drawList('refused', rows('refused'), answeredRow);
  drawList('sent', rows('sent'), answeredRow);
  byId('refused-more').hidden = rows('refused').length >= state.counts.refused;
  byId('sent-more').hidden = further.sentDone || rows('sent').length < 50;
}

/** Nothing is touched that reads the same: a screen reader would say it again. */
function setText(id, text) {
  const place = byId(id);
  if (place.textContent !== text) place.textContent = text;
}

function drawLine() {
  const { line, paused, trouble } = state;
  const language = currentLanguage();
  const place = byId('line');
  const standing = gone ? 'lost' : paused ? 'paused' : line.status === 'open' && !trouble ? 'good' : 'lost';
  place.className = standing;
  setText(
    'line',
    gone
      ? say('gone')
      : paused
        ? say('paused')
        : line.status !== 'open'
          ? line.trouble.text[language]
          : line.since === undefined
            ? say('not-asked')
            : say('good', { time: clock(line.since) }),
  );
  setText('trouble', !gone && trouble ? trouble.text[language] : '');
  drawNext();
}

/** Counts down between two states that are told. */
function drawNext() {
  const resting = state?.line.status === 'resting' && !gone && !state.paused;
  const seconds = resting ? Math.max(0, Math.ceil((state.line.until - Date.now()) / 1000)) : 0;
  setText('next', resting ? say('next', { seconds, failures: state.line.failures }) : '');
}

/** The first rows as they are now, then those that were asked for, without those that have gone from the first. */
function rows(list) {
  const first = state[list];
  const last = first.at(-1)?.id ?? Infinity;
  return [...first, ...further[list].filter(({ id }) => id < last)];
}

function drawList(id, files, rowOf) {
  const shown = JSON.stringify([
    currentLanguage(),
    files,
    state.sending?.id,
    files.map((file) => details.get(file.id) ?? null),
  ]);
  if (drawn.get(id) === shown) return;
  drawn.set(id, shown);
  const list = byId(id);
  const focused = list.contains(document.activeElement) ? document.activeElement.id : '';
  list.replaceChildren(...(files.length > 0 ? files.map(rowOf) : [element('li', { className: 'soft' }, say('none'))]));
  if (focused) byId(focused)?.focus();
}

function waitingRow({ id, name, size: bytes, takenAt }) {
  const sending = state.sending?.id === id;
  return element(
    'li',
    { className: sending ? 'sending' : '' },
    element('span', { className: 'name' }, name),
    element(
      'span',
      { className: 'soft' },
      `${size(bytes)} · ${clock(takenAt)}${sending ? ` · ${say('sending')}` : ''}`,
    ),
  );
}

function answeredRow(file) {
  const { id, name, verdict, answeredAt, filedAs } = file;
  const shown = filedAs ?? name;
  const button = (key, onclick, extra = {}) =>
    element(
      'button',
      { type: 'button', id: `${key}-${id}`, 'aria-label': say(`${key}-of`, { name: shown }), onclick, ...extra },
      say(key),
    );
  const hasFaults = verdict === 'refused' || verdict === 'accepted-with-faults';
  return element(
    'li',
    { className: verdict },
    element('span', { className: 'name' }, shown),
    element(
      'span',
      { className: 'verdict' },
      `${say(verdict === 'refused' ? 'refused-one' : verdict)} · ${clock(answeredAt)}`,
    ),
    element(
      'span',
      { className: 'actions' },
      hasFaults && button('details', () => toggle(id), { 'aria-expanded': String(details.has(id)) }),
      verdict === 'refused' && button('retry', () => act(`/files/${id}/retry`, 'retried')),
      verdict === 'refused' && button('settle', () => act(`/files/${id}/settle`)),
    ),
    details.has(id) ? detailsOf(details.get(id)) : '',
  );
}

async function toggle(id) {
  if (details.has(id)) details.delete(id);
  else
    details.set(
      id,
      await ask(`/files/${id}`).catch(() => ({ faults: [], reason: null, receipt: null, faultCount: 0 })),
    );
  draw();
}

function detailsOf({ reason, faults, faultCount, receipt }) {
  const language = currentLanguage();
  return element(
    'div',
    { className: 'details' },
    reason ? element('p', {}, reason[language]) : '',
    element(
      'ul',
      {},
      faults.map(({ path, severity, text, episode }) =>
        element(
          'li',
          {},
          element('span', { className: `severity ${severity}` }, say(severity)),
          ` ${text[language]} `,
          element('code', {}, [path, episode].filter(Boolean).join(' · ')),
        ),
      ),
    ),
    faultCount > faults.length
      ? element('p', { className: 'soft' }, say('and-more', { count: faultCount - faults.length }))
      : '',
    receipt ? element('p', { className: 'soft' }, `${say('receipt')}: ${receipt}`) : '',
  );
}

async function more(list) {
  const below = rows(list).at(-1)?.id;
  if (below === undefined) return;
  const { files } = await ask(`/files?list=${list}&below=${below}`);
  further[list].push(...files);
  if (list === 'sent') further.sentDone = files.length === 0;
  draw();
}

function follow() {
  const source = new EventSource('/events');
  source.addEventListener('state', (event) => {
    state = JSON.parse(event.data);
    gone = false;
    draw();
  });
  source.addEventListener('error', () => {
    gone = true;
    if (state) draw();
    else setText('line', say('gone'));
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, 3_000);
  });
}

byId('language').addEventListener('click', () => {
  switchLanguage();
  draw();
});
byId('send-now').addEventListener('click', () => void act('/actions/send-now'));
byId('pause').addEventListener('click', () => void act(state?.paused ? '/actions/resume' : '/actions/pause'));
byId('refused-more').addEventListener('click', () => void more('refused'));
byId('sent-more').addEventListener('click', () => void more('sent'));
setInterval(drawNext, 1_000);
draw();
follow();
