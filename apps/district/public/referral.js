import { description, element } from './elements.js';
import { showTime } from './times.js';
import { chip, facilityName, personLine, validityOf } from './worklist.js';
import { t } from './words.js';

const ending = new Set(['decline', 'cancel', 'did-not-arrive']);
/** What usually comes next. */
const usual = {
  issued: 'accept',
  redirected: 'accept',
  received: 'accept',
  accepted: 'arrive',
  arrived: 'answer',
  answered: 'refer-back',
  'referred-back': 'close',
};

/** A step by its button: accepting what is accepted already changes the appointment. */
export function stepName(step, status) {
  return t(step === 'accept' && status === 'accepted' ? 'step-accept-again' : `step-${step}`);
}

export function diagnosesOf({ diagnoses = [], diagnosisText }) {
  const coded = diagnoses.map(({ code, display }) => [code, display].filter(Boolean).join(' '));
  return [...coded, diagnosisText].filter(Boolean).join('; ');
}

/** Rows of a transfer paper's clinical part. */
export function paperRows(paper) {
  return [
    [t('diagnosis'), diagnosesOf(paper)],
    [t('reason-code'), paper.reasonCode && t(`reason-code-${paper.reasonCode}`)],
    [t('clinical-signs'), paper.clinicalSigns],
    [t('course'), paper.course],
    [t('findings'), paper.findings],
    [t('treatment'), paper.treatment],
    [t('condition'), paper.conditionAtTransfer],
    [t('further-treatment'), paper.direction],
    [t('transport'), paper.transport],
    [t('escort'), paper.escort],
    [t('practitioner'), paper.practitioner],
  ];
}

function section(title, ...content) {
  return element('section', {}, element('h3', {}, title), ...content);
}

function paperSection({ issue, from, to }) {
  if (!issue) return section(t('paper'), element('p', {}, t('no-paper')));
  const { paper, direction, validUntil } = issue;
  return section(
    t('paper'),
    description(
      [t('number'), paper.number],
      [t('from'), facilityName(from)],
      [t('to'), facilityName(to)],
      [t('signed'), showTime(paper.issuedAt)],
      [t('valid-until'), showTime(validUntil)],
      [t('direction'), t(`direction-${direction}`)],
      ...paperRows(paper),
    ),
  );
}

function answerRows(answer) {
  return description(
    [t('diagnosis'), diagnosesOf(answer)],
    [t('treatment'), answer.treatment],
    [t('treatment-result'), answer.treatmentResult && t(`treatment-result-${answer.treatmentResult}`)],
    [t('summary'), answer.summary],
    [t('follow-up'), answer.followUp],
    [t('episode'), answer.episode],
  );
}

function timeline(entries) {
  return element(
    'ol',
    { className: 'timeline' },
    entries.map(({ type, at, by, to, reason, note, appointment, late }) =>
      element(
        'li',
        {},
        element('span', { className: 'when' }, showTime(at)),
        element('strong', {}, t(`event-${type}`)),
        element('span', {}, facilityName(by), to && ` → ${facilityName(to)}`, late && ` (${t('arrived-late')})`),
        appointment && element('span', {}, `${t('appointment')}: ${showTime(appointment)}`),
        (reason ?? note) && element('q', {}, reason ?? note),
      ),
    ),
  );
}

function stepButtons({ steps, status }, take) {
  if (steps.length === 0) return element('p', { className: 'soft' }, t('no-steps'));
  return element(
    'div',
    { className: 'steps' },
    steps.map((step) =>
      element(
        'button',
        {
          type: 'button',
          className: ending.has(step) ? 'careful' : step === usual[status] ? 'first' : '',
          dataset: { step },
          onclick: () => take(step),
        },
        stepName(step, status),
      ),
    ),
  );
}

/** One referral in full: who, what can be done, the paper, the results, what happened. */
export function referralView(referral, { take, print, back }) {
  const { resident, status, issue, arrival, answers = [], back: sentBack, appointment } = referral;
  const validity = validityOf({ status, validUntil: issue?.validUntil });
  return [
    element('button', { type: 'button', className: 'back', onclick: back }, `← ${t('back')}`),
    element('h2', { tabIndex: -1, id: 'referral-title' }, personLine(resident)),
    element(
      'p',
      { className: 'standing' },
      chip(status),
      appointment && element('span', {}, `${t('appointment')}: ${showTime(appointment)}`),
      validity && element('strong', { className: validity.urgent ? 'urgent' : '' }, validity.text),
    ),
    section(t('steps'), stepButtons(referral, take)),
    element('p', {}, element('a', { href: `/records/${encodeURIComponent(resident.id)}` }, t('open-record'))),
    paperSection(referral),
    arrival &&
      section(
        t('arrival'),
        description(
          [t('at'), showTime(arrival.at) + (arrival.late ? ` (${t('arrived-late')})` : '')],
          [t('episode'), arrival.episode],
        ),
      ),
    answers.length > 0 && section(t('answers'), ...answers.map(answerRows)),
    sentBack &&
      section(
        t('referred-back'),
        description([t('number'), sentBack.paper?.number], ...(sentBack.paper ? paperRows(sentBack.paper) : []), [
          t('note'),
          sentBack.note,
        ]),
      ),
    section(t('timeline'), timeline(referral.timeline)),
    issue && element('button', { type: 'button', className: 'print', onclick: print }, t('print')),
  ].filter(Boolean);
}
