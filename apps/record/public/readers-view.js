import { element } from './elements.js';
import { codeIn, firstCode, namedBy } from './fhir-elements.js';
import { wordsOfProblem } from './frame.js';
import { showMoment } from './moments.js';
import { nextQuery, readersOf } from './service.js';
import { dataTable, nothing } from './tables.js';
import { t, words } from './words.js';

const callerKind = 'urn:lien-tuyen:codesystem:caller-kind';

/**
 * Who read the record, for those who may know: asked for when the reader wants it.
 * @param known { events, query } of what was asked already: query is that of the next page; nothing was asked while events are missing
 * @param change called with what is known then
 */
export function readers(id, known, change) {
  const problem = element('p', { className: 'bad', role: 'alert' });
  const load = async () => {
    try {
      const page = await readersOf(id, known.query);
      const events = (page.entry ?? []).map(({ resource }) => resource);
      change({
        events: [...(known.events ?? []), ...events.filter(({ resourceType }) => resourceType === 'AuditEvent')],
        query: nextQuery(page),
      });
    } catch (error) {
      problem.textContent = wordsOfProblem(error);
    }
  };
  const more = (key) => element('button', { type: 'button', onclick: () => void load() }, t(key));
  return [
    element('p', { className: 'soft' }, t('readers-text')),
    known.events && tableOf(known.events),
    known.events ? known.query && more('more') : more('show-readers'),
    problem,
  ];
}

const tableOf = (events) =>
  events.length === 0
    ? nothing()
    : dataTable(
        'readers-table',
        t('readers'),
        [t('when'), t('who'), t('purpose'), t('asked-for')],
        events.map((one) => [showMoment(one.recorded), readerOf(one), purposeOf(one), askedFor(one)]),
      );

function readerOf({ agent: [agent] }) {
  const kind = agent?.role?.map((role) => codeIn(role, callerKind)).find(Boolean);
  return [agent?.who?.reference?.startsWith('Patient/') ? '' : namedBy(agent?.who), kind && t(`kind-${kind}`)]
    .filter(Boolean)
    .join(' · ');
}

function purposeOf({ purposeOfEvent: [purpose] = [] }) {
  const code = firstCode(purpose);
  const key = `purpose-${code}`;
  return [Object.hasOwn(words, key) ? t(key) : code, purpose?.text].filter(Boolean).join(': ');
}

const askedFor = ({ entity = [], outcome }) =>
  [entity.find(({ name }) => name)?.name, outcome !== '0' && t('refused')].filter(Boolean).join(' · ');
