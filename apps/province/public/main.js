import { ask, goToLogin, RefusedRequest } from './api.js';
import { showCards } from './cards.js';
import { showSeries, showSteps } from './charts.js';
import { showPeriod, showTrail } from './controls.js';
import { find } from './dom.js';
import { follow } from './live.js';
import { decimal } from './numbers.js';
import { bucketOf, daysOf, kindOf, shifted, today } from './period.js';
import { comparedIndicators, showPlaces } from './place-table.js';
import { offerReconciliation } from './reconciliation.js';
import { readState, writeState } from './view-state.js';
import { changeLanguage, said, translatePage, word } from './words.js';

/** At most one reload of the series in this time, however often the figures change. */
const reloadEveryMs = 500;

let state = readState();
let splitBy = 'commune';
/** Last known of each, so that the language or the width can change without asking again. */
const shown = { indicators: new Map(), answer: undefined, series: undefined, places: undefined };
let stopFollowing = () => {};
/** Answers to an earlier question are thrown away. */
let question = 0;
let reloadTimer;
let lastReload = 0;

function go(change) {
  state = { ...state, ...change };
  writeState(state);
  start();
}

function start() {
  question += 1;
  stopFollowing();
  shown.indicators = new Map();
  say(undefined);
  showPeriod(state.period, go);
  void firstLook(question);
}

/** Asks once before following: a refused place or period is told in words, which a stream cannot. */
async function firstLook(asked) {
  try {
    const answer = await ask('indicators', state);
    if (asked !== question) return;
    take(answer);
    offerReconciliation(state.place, state.period, shown.indicators);
    stopFollowing = follow(state.place, state.period, { figures: take, state: showConnection });
    await reload();
  } catch (error) {
    if (asked === question) say(error);
  }
}

function take(answer) {
  const first = shown.indicators.size === 0;
  const changed = new Set();
  for (const indicator of answer.indicators) {
    const before = shown.indicators.get(indicator.code);
    if (before && (before.numerator !== indicator.numerator || before.denominator !== indicator.denominator))
      changed.add(indicator.code);
    shown.indicators.set(indicator.code, indicator);
  }
  shown.answer = { ...answer, indicators: undefined };
  if (!first && changed.size === 0) return;
  showTrail(shown.answer, go);
  showCards(find('#cards'), [...shown.indicators.values()], changed);
  showSteps(shown.indicators);
  if (!first) reloadSoon();
}

function reloadSoon() {
  clearTimeout(reloadTimer);
  reloadTimer = setTimeout(() => void reload().catch(say), Math.max(0, lastReload + reloadEveryMs - Date.now()));
}

async function reload() {
  const asked = question;
  lastReload = Date.now();
  const { place, period } = state;
  const { from, to } = daysOf(period);
  const range = { place, from, to: to && to > today() ? today() : to };
  const by = bucketOf[kindOf(period)];
  const choices = shown.answer?.level === 'facility' ? ['facility'] : ['commune', 'facility'];
  const split = choices.includes(splitBy) ? splitBy : choices[0];
  const [visits, insured, diagnoses, ...compared] = await Promise.all([
    ask('series', { indicator: 'visits', by, ...range }),
    ask('series', { indicator: 'visits-insured', by, ...range }),
    ask('series', { indicator: 'visits', by: 'diagnosis', place, from, to }),
    ...comparedIndicators.map(({ code }) => ask('series', { indicator: code, by: split, ...range })),
  ]);
  if (asked !== question) return;
  shown.series = { visits: visits.points, insured: insured.points, diagnoses: diagnoses.points };
  shown.places = {
    by: split,
    choices,
    columns: new Map(comparedIndicators.map(({ code }, index) => [code, compared[index].points])),
  };
  draw();
}

function draw() {
  if (shown.series) showSeries(shown.series, shown.indicators);
  if (shown.places) {
    showPlaces(shown.places, {
      drill: (place) => go({ place }),
      splitBy: (by) => {
        splitBy = by;
        void reload().then(() => find(`#places input[value="${by}"]`)?.focus(), say);
      },
    });
  }
}

function drawAll() {
  translatePage();
  find('#language').textContent = word('otherLanguage');
  find('#language').lang = document.documentElement.lang === 'vi' ? 'en' : 'vi';
  showPeriod(state.period, go);
  if (!shown.answer) return;
  showTrail(shown.answer, go);
  showCards(find('#cards'), [...shown.indicators.values()], new Set());
  showSteps(shown.indicators);
  offerReconciliation(state.place, state.period, shown.indicators);
  draw();
}

function showConnection(connection, delayMs) {
  const place = find('#connection');
  const delay = delayMs === undefined ? '' : ` · ${word('delay')} ${decimal(delayMs / 1000)} s`;
  const text = word(connection) + delay;
  if (place.textContent !== text) place.textContent = text;
  place.dataset.state = connection;
}

function say(error) {
  const place = find('#problem');
  place.hidden = error === undefined;
  if (error !== undefined) place.textContent = error instanceof RefusedRequest ? said(error.text) : word('failed');
}

find('#language').addEventListener('click', () => {
  changeLanguage();
  drawAll();
});
find('#earlier').addEventListener('click', () => go({ period: shifted(state.period, -1) }));
find('#later').addEventListener('click', () => go({ period: shifted(state.period, 1) }));
find('#print').addEventListener('click', () => print());
find('#logout').addEventListener('click', async () => {
  await fetch('/session', { method: 'DELETE' }).catch(() => undefined);
  goToLogin();
});
find('#find-place').addEventListener('submit', (event) => {
  event.preventDefault();
  go({ place: find('#place-code').value.trim() || 'all' });
});
addEventListener('popstate', () => {
  state = readState();
  start();
});
let width = innerWidth;
addEventListener('resize', () => {
  if (innerWidth === width) return;
  width = innerWidth;
  if (shown.indicators.size > 0) {
    showSteps(shown.indicators);
    draw();
  }
});

drawAll();
showConnection('connecting');
start();
