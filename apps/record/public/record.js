// One resident's record: read page by page, shown as it is known now or was known at a moment. The address says which.
import { askToBreakGlass } from './break-glass.js';
import { bloodPressureChart, glucoseChart, hba1cChart } from './charts.js';
import { element } from './elements.js';
import { closeEmergency, openedEmergency } from './emergency.js';
import { $, listenToFrame, readerOf, renderFrame, say, wordsOfProblem } from './frame.js';
import { stopsOf } from './knowledge.js';
import { endOf, isMoment, showExactly, showMoment } from './moments.js';
import { number } from './numbers.js';
import { nameOf } from './person.js';
import { personRows, whoLine } from './person-view.js';
import { printedFoot, printedHead } from './printed.js';
import { readers } from './readers-view.js';
import { recordContent } from './record-content.js';
import { pagesOf, provenancesOf } from './record-load.js';
import * as sections from './section-views.js';
import { LineProblem, ServiceProblem, session } from './service.js';
import { timeSlider } from './time-slider.js';
import { timeline } from './timeline-view.js';
import { warnings } from './warnings-view.js';
import { t } from './words.js';

const id = decodeURIComponent(location.pathname.split('/').at(-1));
const mayKnowReaders = ['station', 'hospital', 'resident'];
/** After so long a reader is told that the line is slow, and that nothing is wrong. */
const slowMs = 6_000;

/** What is on the page. Nothing else is kept. */
const shown = {
  me: undefined,
  asOf: undefined,
  resources: [],
  content: undefined,
  stops: undefined,
  /** 'loading', 'whole', 'partly' where it was cut off, or 'none'. */
  state: 'loading',
  next: undefined,
  wholeNumbers: false,
  timeline: { kind: undefined, all: false },
  readers: {},
  /** Told once what is read now is here. */
  news: '',
};
let asked = new AbortController();

// ---- the address -------------------------------------------------------------------------------------------------------

function momentInAddress() {
  const given = new URLSearchParams(location.search).get('asOf')?.replace(/ (?=\d{2}:\d{2}$)/, '+');
  return given && isMoment(given) ? given : undefined;
}

function goTo(moment) {
  if (moment === momentInAddress()) return;
  history.pushState(null, '', location.pathname + (moment ? `?${new URLSearchParams({ asOf: moment })}` : ''));
  void load();
}

// ---- reading -----------------------------------------------------------------------------------------------------------

function load() {
  Object.assign(shown, { asOf: momentInAddress(), resources: [], content: undefined, next: undefined });
  return read();
}

/** Reads on from where the last reading was cut off. */
async function read() {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  shown.state = 'loading';
  render();
  const slow = setTimeout(() => say('', t('slow')), slowMs);
  try {
    let drawn = 0;
    for await (const { resources, next } of pagesOf(id, { asOf: shown.asOf, signal, from: shown.next })) {
      shown.resources.push(...resources);
      shown.next = next;
      renderProgress();
      // Drawn anew only when there is twice as much: a long record would else be drawn over and over.
      if (next === undefined || shown.resources.length < 2 * drawn) continue;
      drawn = shown.resources.length;
      shown.content = contentNow();
      render();
    }
    shown.content = contentNow();
    shown.state = 'whole';
    say('', shown.news);
    shown.news = '';
    render();
  } catch (error) {
    if (!signal.aborted) cutOff(error);
  } finally {
    clearTimeout(slow);
  }
  if (shown.state === 'whole' && !signal.aborted && !shown.stops) await readHistory(signal);
}

const contentNow = () => recordContent(shown.resources, id, nowShown(), number);

async function readHistory(signal) {
  try {
    shown.stops = stopsOf(await provenancesOf(id, signal));
  } catch (error) {
    if (!signal.aborted) sayRetry(error, () => readHistory(asked.signal));
  }
  renderSlider();
}

function cutOff(error) {
  if (!(error instanceof ServiceProblem || error instanceof LineProblem)) throw error;
  if (error.status === 403 && openedEmergency()?.patient === id) {
    closeEmergency();
    shown.news = t('emergency-over');
    startAgain();
    return;
  }
  shown.content = contentNow();
  shown.state = shown.content.person ? 'partly' : 'none';
  render();
  if (error.status === 404 || error.status === 410) sayNotThere();
  else sayRetry(error, read);
}

function sayNotThere() {
  if (shown.asOf) {
    say('', '');
    $('message').append(
      t('not-known-yet'),
      ' ',
      button('back-to-now', () => goTo(undefined)),
    );
    if (!shown.stops) void readHistory(asked.signal);
    return;
  }
  say('bad', t('not-there'));
  if (mayBreakGlass()) $('message').append(' ', button('break-glass-open', open));
}

/** @param again what was cut off */
function sayRetry(error, again) {
  say('bad', [wordsOfProblem(error), shown.state === 'partly' && t('partly')].filter(Boolean).join(' '));
  $('message').append(
    ' ',
    button('retry', () => {
      say('', '');
      void again();
    }),
  );
}

const button = (key, onclick) => element('button', { type: 'button', onclick, dataset: { does: key } }, t(key));

/** The end of the moment that is shown. */
const nowShown = () => (shown.asOf ? endOf(shown.asOf) : Date.now());

// ---- showing -----------------------------------------------------------------------------------------------------------

const mayBreakGlass = () => shown.me?.kind === 'clinician';
const emergency = () => (openedEmergency()?.patient === id ? openedEmergency() : undefined);

function open() {
  askToBreakGlass({ patient: id }, startAgain);
}

/** What may be seen has changed, so what was known when has, too. */
function startAgain() {
  shown.stops = undefined;
  scheduleEnd();
  say('', '');
  void load().then(() => $('person-name').focus());
}

let ending;
/** When the half hour is over, what was opened must not stay on the screen. */
function scheduleEnd() {
  clearTimeout(ending);
  const opened = emergency();
  if (!opened) return;
  ending = setTimeout(
    () => {
      closeEmergency();
      shown.news = t('emergency-over');
      startAgain();
    },
    Math.max(0, Date.parse(opened.until) - Date.now()),
  );
}

function render() {
  const { content, me } = shown;
  const person = content?.person;
  renderFrame(me, person && nameOf(person));
  document.body.classList.toggle('past', shown.asOf !== undefined);
  document.body.dataset.state = shown.state;
  $('record').setAttribute('aria-busy', String(shown.state === 'loading'));
  renderProgress();
  $('person-name').textContent = person ? whoLine(person, nowShown()) : t('title');
  $('person-rows').replaceChildren(
    ...(person ? personRows(person, { whole: shown.wholeNumbers, reveal: revealNumbers }) : []),
  );
  renderMoment();
  $('record').hidden = !person;
  $('time').hidden = !person && shown.asOf === undefined;
  $('warnings').hidden = !person;
  if (!person) return;
  const reader = { mayBreakGlass: mayBreakGlass(), emergency: emergency() };
  const close = () => {
    closeEmergency();
    startAgain();
  };
  $('warnings').replaceChildren(...warnings(content, reader, { open, close }));
  renderSections();
  renderTimeline();
  const printed = { person, content, asOf: shown.asOf, now: nowShown(), me };
  $('printed-head').replaceChildren(...printedHead(printed));
  $('printed-foot').replaceChildren(...printedFoot(printed));
}

function renderSections() {
  for (const [name, view] of Object.entries(sections)) fill(name, view(shown.content));
  const wide = Math.max(300, $('blood-pressure').querySelector('.content').clientWidth);
  fill('blood-pressure', bloodPressureChart(shown.content, wide));
  fill('glucose', [
    ...glucoseChart(shown.content, wide),
    element('h3', {}, 'HbA1c'),
    ...hba1cChart(shown.content, wide),
  ]);
  $('readers').hidden = !mayKnowReaders.includes(shown.me?.kind);
  renderReaders();
}

function renderReaders() {
  const change = (known) => {
    shown.readers = known;
    renderReaders();
    $('readers').querySelector('[tabindex], button')?.focus();
  };
  fill('readers', readers(id, shown.readers, change));
}

function renderTimeline() {
  const change = (more) => {
    Object.assign(shown.timeline, more);
    renderTimeline();
    ($('kind') ?? $('timeline').querySelector('.entry'))?.focus();
  };
  fill('timeline', timeline(shown.content, shown.timeline, change));
}

const fill = (name, nodes) =>
  $(name)
    .querySelector('.content')
    .replaceChildren(...nodes.filter(Boolean));

function renderMoment() {
  $('as-of').hidden = shown.asOf === undefined;
  if (shown.asOf) $('as-of-text').textContent = t('as-known', showExactly(shown.asOf));
  renderSlider();
}

/** Whoever moves the slider by keys stays on it. */
function renderSlider() {
  const focused = document.activeElement?.closest('#time [id]')?.id;
  fill('time', timeSlider({ stops: shown.stops, asOf: shown.asOf, go: goTo }));
  if (focused) ($(focused)?.disabled ? $('slider') : $(focused))?.focus();
}

function renderProgress() {
  $('progress').hidden = shown.state !== 'loading';
  $('progress-text').textContent = t('loading', shown.resources.length);
}

function revealNumbers() {
  shown.wholeNumbers = !shown.wholeNumbers;
  render();
  $('reveal').focus();
}

// ---- print -------------------------------------------------------------------------------------------------------------

/** On paper nothing can be opened. */
let opened = [];
addEventListener('beforeprint', () => {
  opened = [...document.querySelectorAll('#record details:not([open])')];
  for (const one of opened) one.open = true;
  // The margins of every page say whose record it is: pages come apart.
  document.documentElement.style.setProperty('--whose', JSON.stringify($('person-name').textContent));
  $('printed-when').textContent = t('printed', showMoment(new Date().toISOString()), readerOf(shown.me));
});
addEventListener('afterprint', () => {
  for (const one of opened) one.open = false;
});

// ---- the page ----------------------------------------------------------------------------------------------------------

async function begin() {
  renderFrame();
  listenToFrame(() => {
    if (shown.content) shown.content = contentNow();
    render();
  });
  $('print').addEventListener('click', () => print());
  $('back-to-now').addEventListener('click', () => goTo(undefined));
  addEventListener('popstate', () => {
    // A link to a part of the page is no other moment.
    if (momentInAddress() !== shown.asOf) void load();
  });
  let width = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth === width || !shown.content?.person) return;
    width = innerWidth;
    renderSections();
  });
  await enter();
}

async function enter() {
  try {
    shown.me = await session();
  } catch (error) {
    sayRetry(error, enter);
    return;
  }
  say('', '');
  scheduleEnd();
  await load();
}

await begin();
