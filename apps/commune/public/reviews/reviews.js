import { element } from './elements.js';
import { pairElement } from './pair.js';
import * as service from './service.js';
import { counted, languageOf, word } from './words.js';

const at = (id) => document.getElementById(id);
const steps = {
  merge: (id, reason, survivor) => service.merge(id, survivor, reason),
  unmerge: service.unmerge,
  dismiss: service.dismiss,
};
const state = { status: 'open', items: [], next: undefined, review: undefined };

at('language').addEventListener('click', () => {
  document.documentElement.lang = languageOf() === 'en' ? 'vi' : 'en';
  showAll();
});
at('status').addEventListener('change', () => {
  state.status = at('status').value;
  void guarded(() => readList());
});
at('more').addEventListener('click', () => void guarded(() => readList(state.next)));
addEventListener('hashchange', () => void guarded(openNamed));

showAll();
await guarded(async () => {
  await readList();
  await openNamed();
});

async function readList(next) {
  const page = await service.list(state.status, next);
  state.items = next ? [...state.items, ...page.items] : page.items;
  state.next = page.next;
  showList();
}

async function openNamed() {
  const id = location.hash.slice(1);
  if (!/^[0-9a-f-]{36}$/.test(id)) return;
  state.review = await service.show(id);
  showList();
  showPair();
  at('pair').focus();
}

async function decide(step, survivor) {
  const { id } = state.review;
  const reason = at('reason').value.trim();
  await guarded(async () => {
    state.review = await steps[step](id, reason, survivor);
    showPair();
    await readList();
    // The way back is offered at once: what was done by mistake costs one more touch.
    tell(word(`done-${step}`), step === 'merge' && { key: 'undo', act: () => decide('unmerge') });
  });
}

async function guarded(task) {
  try {
    tell('');
    await task();
  } catch (problem) {
    if (problem instanceof service.ServiceProblem) tell(problem.text(languageOf()), undefined, true);
    else if (problem instanceof TypeError) tell(word('line-down'), undefined, true);
    else throw problem;
  }
}

function tell(text, offer, bad = false) {
  at('message').className = bad ? 'bad' : '';
  at('message').replaceChildren(
    ...(text ? [element('span', {}, text)] : []),
    ...(offer ? [element('button', { type: 'button', id: offer.key, onclick: offer.act }, word(offer.key))] : []),
  );
}

function showAll() {
  for (const one of document.querySelectorAll('[data-t]')) one.textContent = word(one.dataset.t);
  document.title = `${word('title')} · Liên Tuyến`;
  at('language').textContent = word('language');
  at('language').lang = languageOf() === 'en' ? 'vi' : 'en';
  at('status').replaceChildren(
    ...['open', 'merged', 'dismissed'].map((status) =>
      element('option', { value: status, selected: status === state.status }, word(`status-${status}`)),
    ),
  );
  showList();
  showPair();
}

function showList() {
  at('count').textContent =
    state.items.length === 0 ? word('nothing') : counted('count', `${state.items.length}${state.next ? '+' : ''}`);
  at('list').replaceChildren(
    ...state.items.map((item) =>
      element(
        'li',
        {},
        element(
          'button',
          {
            type: 'button',
            className: 'item',
            dataset: { id: item.id },
            'aria-current': item.id === state.review?.id ? 'true' : 'false',
            onclick: () => (location.hash === `#${item.id}` ? guarded(openNamed) : (location.hash = item.id)),
          },
          element('span', {}, word(`reason-${item.reason}`)),
          element('span', { className: 'soft' }, `${word('weight')}: ${item.weight} · ${item.changedAt.slice(0, 10)}`),
        ),
      ),
    ),
  );
  at('more').hidden = !state.next;
}

function showPair() {
  at('pair').replaceChildren(...(state.review ? pairElement(state.review, decide) : []));
}
