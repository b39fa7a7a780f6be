/** What each step asks for, and how the answers become the body of the request. */
import { fromField, wallClock } from './times.js';
import { t } from './words.js';

const icd10 = /^[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?$/;

const note = { name: 'note', kind: 'text', label: 'note' };
const reason = { name: 'reason', kind: 'text', label: 'reason', required: true };
const when = { name: 'at', kind: 'moment', label: 'at', initial: () => wallClock(Date.now()) };

const treatmentResults = () => [1, 2, 3, 4, 5, 6, 7, 8].map((code) => [String(code), t(`treatment-result-${code}`)]);
const diagnosisFields = (referral) => [
  {
    name: 'main',
    kind: 'code',
    label: 'main-diagnosis',
    required: true,
    initial: () => firstCode(referral.answers?.at(-1) ?? referral.issue?.paper),
  },
  { name: 'others', kind: 'codes', label: 'other-diagnoses' },
  { name: 'diagnosisText', kind: 'line', label: 'diagnosis-text' },
];

const firstCode = (source) => source?.diagnoses.find(({ role }) => role === 'main')?.code ?? '';

/** Fields of a step on a referral; `facilities` are those it may be redirected to. */
export function fieldsOf(step, referral, facilities) {
  switch (step) {
    case 'accept':
      return [{ name: 'appointment', kind: 'moment', label: 'appointment' }, note];
    case 'decline':
    case 'cancel':
      return [reason];
    case 'redirect': {
      const others = facilities.filter(({ code }) => code !== referral.to.code && code !== referral.from.code);
      const options = others.map(({ code, name }) => [code, `${name ?? code} (${code})`]);
      return [{ name: 'to', kind: 'choice', label: 'to', required: true, options, empty: 'choose-facility' }, reason];
    }
    case 'arrive':
      return [when, { name: 'episode', kind: 'line', label: 'episode' }];
    case 'answer':
      return [
        ...diagnosisFields(referral),
        { name: 'treatment', kind: 'text', label: 'treatment' },
        {
          name: 'treatmentResult',
          kind: 'choice',
          label: 'treatment-result',
          options: treatmentResults(),
          empty: 'not-chosen',
        },
        { name: 'summary', kind: 'text', label: 'summary' },
        { name: 'followUp', kind: 'text', label: 'follow-up' },
      ];
    case 'refer-back': {
      // Without results given before, the paper back is what tells them.
      if (referral.status !== 'arrived') return [{ name: 'number', kind: 'line', label: 'back-number' }, note];
      return [
        { name: 'number', kind: 'line', label: 'back-number', required: true },
        ...diagnosisFields(referral),
        { name: 'treatment', kind: 'text', label: 'treatment' },
        { name: 'direction', kind: 'text', label: 'further-treatment' },
        note,
      ];
    }
    case 'close':
    case 'did-not-arrive':
      return [note];
    default:
      return [];
  }
}

/** What is wrong with a field's value, as a key of `words`; nothing when it is right. */
export function faultOf(field, value) {
  if (value === '') return field.required ? 'fill-in' : undefined;
  if (field.kind === 'code') return icd10.test(value.toUpperCase()) ? undefined : 'not-icd10';
  if (field.kind === 'codes') return codesIn(value).every((code) => icd10.test(code)) ? undefined : 'not-icd10';
  return undefined;
}

/** The body of a step's request from the values of its fields. */
export function bodyOf(step, values, referral) {
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
  switch (step) {
    case 'accept':
      return { ...given, ...(given.appointment && { appointment: fromField(given.appointment) }) };
    case 'arrive':
      return { ...given, ...(given.at && { at: fromField(given.at) }) };
    case 'answer': {
      const { main, others, ...content } = given;
      const earlier = referral.answers?.at(-1)?.episode ?? referral.arrival?.episode;
      return { answer: { ...(earlier && { episode: earlier }), diagnoses: diagnosesFrom(main, others), ...content } };
    }
    case 'refer-back': {
      const { note: words, number, main, others, ...content } = given;
      return {
        ...(words && { note: words }),
        ...(number && { paper: paperBack(referral, number, main, others, content) }),
      };
    }
    default:
      return given;
  }
}

function paperBack(referral, number, main, others, content) {
  const diagnoses = main ? diagnosesFrom(main, others) : (referral.answers?.at(-1)?.diagnoses ?? []);
  return { number, to: referral.from.code, issuedAt: fromField(wallClock(Date.now())), diagnoses, ...content };
}

function diagnosesFrom(main, others = '') {
  return [
    { code: main.toUpperCase(), role: 'main' },
    ...codesIn(others).map((code) => ({ code, role: 'comorbidity' })),
  ];
}

function codesIn(text) {
  return text
    .toUpperCase()
    .split(/[;,\s]+/)
    .filter(Boolean);
}
