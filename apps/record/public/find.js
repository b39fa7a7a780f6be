// Finds a resident: by a number, or by name and birth date. What was asked is not kept in the address.
import { askToBreakGlass } from './break-glass.js';
import { element } from './elements.js';
import { $, listenToFrame, renderFrame, say, wordsOfProblem } from './frame.js';
import { showMoment } from './moments.js';
import { ageAt, masked, nameOf, numbersOf } from './person.js';
import { criteriaOf, numberIn } from './search-criteria.js';
import { findPatients, nextQuery, session } from './service.js';
import { t } from './words.js';

/** What is on the page. Nothing else is kept. */
const shown = { me: undefined, number: undefined, found: undefined, next: undefined };
let asked = new AbortController();

const recordOf = (id) => `/records/${encodeURIComponent(id)}`;

async function search() {
  const { criteria, fault } = criteriaOf({
    number: $('number').value,
    name: $('name').value,
    birthDate: $('birth-date').value,
  });
  $('fault').textContent = fault ? t(fault) : '';
  $('birth-date').setAttribute('aria-invalid', String(fault === 'no-date'));
  if (fault) {
    $(fault === 'no-date' ? 'birth-date' : 'number').focus();
    return;
  }
  shown.number = criteria.identifier && numberIn($('number').value);
  shown.found = undefined;
  await load(criteria);
  $('results').querySelector('a')?.focus();
}

async function load(criteria) {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  say('', t('searching'));
  $('search').setAttribute('aria-busy', 'true');
  try {
    const page = await findPatients(criteria, signal);
    shown.found = [...(shown.found ?? []), ...(page.entry ?? []).map(({ resource }) => resource)];
    shown.next = nextQuery(page);
    say('', '');
  } catch (error) {
    if (signal.aborted) return;
    say('bad', wordsOfProblem(error));
  } finally {
    if (!signal.aborted) $('search').removeAttribute('aria-busy');
  }
  render();
}

function render() {
  renderFrame(shown.me);
  $('break-glass').hidden = true;
  $('more').hidden = shown.next === undefined;
  if (!shown.found) {
    $('count').textContent = '';
    $('list').replaceChildren();
    return;
  }
  $('count').textContent = t(shown.found.length === 0 ? 'found-none' : 'found', shown.found.length);
  $('list').replaceChildren(...shown.found.map(item));
  $('break-glass').hidden = !(shown.found.length === 0 && shown.number && shown.me?.kind === 'clinician');
}

function item(patient) {
  const survivor = patient.link
    ?.find(({ type }) => type === 'replaced-by')
    ?.other?.reference?.split('/')
    .at(-1);
  const age = ageAt(patient.birthDate, Date.now());
  const [number] = numbersOf(patient);
  return element(
    'li',
    {},
    element(
      'a',
      { className: 'item', href: recordOf(survivor ?? patient.id) },
      element('strong', {}, nameOf(patient) || t('no-name')),
      element(
        'span',
        {},
        [
          patient.gender && t(`sex-${patient.gender}`),
          patient.birthDate && t('born', showMoment(patient.birthDate)),
          age && t('age-years', age.years),
        ]
          .filter(Boolean)
          .join(' · '),
      ),
      element('span', { className: 'soft' }, patient.address?.[0]?.text),
      element(
        'span',
        { className: 'soft' },
        [number && `${t(number.kind)} ${masked(number.value)}`, patient.managingOrganization?.display]
          .filter(Boolean)
          .join(' · '),
      ),
      survivor && element('span', { className: 'soft' }, t('joined-to-another')),
    ),
  );
}

async function begin() {
  renderFrame();
  listenToFrame(render);
  $('search').addEventListener('submit', (event) => {
    event.preventDefault();
    void search();
  });
  $('more').addEventListener('click', () => void load(new URLSearchParams(shown.next)));
  $('open').addEventListener('click', () =>
    askToBreakGlass({ identifier: shown.number }, (id) => location.assign(recordOf(id))),
  );
  try {
    shown.me = await session();
  } catch (error) {
    say('bad', wordsOfProblem(error));
    return;
  }
  render();
  if (shown.me.kind !== 'resident') return;
  // A resident may read one record: the own one.
  await load({ _count: '2' });
  const own = shown.found?.find(({ active }) => active !== false) ?? shown.found?.[0];
  if (own) location.replace(recordOf(own.id));
}

await begin();
