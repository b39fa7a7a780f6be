import { element } from './elements.js';
import { codeIn, firstCode, namedBy } from './fhir-elements.js';
import { wordsOfProblem } from './frame.js';
import { showMoment } from './moments.js';
import { nextQuery, readersOf } from './service.js';
import { dataTable, nothing } from './tables.js';
import { t, words } from './words.js';

const callerKind = 'urn:lien-tuyen:codesystem:caller-kind';

/** Who read the record, for those who may know: asked for when it is opened. */
export function readers(id) {
  const content = element('div');
  const events = [];
  let query;
  const load = async () => {
    try {
      const page = await readersOf(id, query);
      events.push(
        ...(page.entry ?? []).map(({ resource }) => resource).filter((one) => one.resourceType === 'AuditEvent'),
      );
      query = nextQuery(page);
      content.replaceChildren(...shown(events, query && load));
    } catch (error) {
      content.replaceChildren(
        element('p', { className: 'bad', role: 'alert' }, wordsOfProblem(error)),
        button(load, 'retry'),
      );
    }
  };
  content.append(button(load, 'show-readers'));
  return [element('p', { className: 'soft' }, t('readers-text')), content];
}

const button = (load, words) => element('button', { type: 'button', onclick: () => void load() }, t(words));

const shown = (events, more) =>
  [
    events.length === 0
      ? nothing()
      : dataTable(
          'readers-table',
          t('readers'),
          [t('when'), t('who'), t('purpose'), t('asked-for')],
          events.map((one) => [showMoment(one.recorded), readerOf(one), purposeOf(one), askedFor(one)]),
        ),
    more && button(more, 'more'),
  ].filter(Boolean);

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
