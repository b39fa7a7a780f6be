import type { Annotation, CodeableConcept, Period, ServiceRequest, Task, TaskOutput } from '@medplum/fhirtypes';
import type { Diagnosis } from '#domain/codes.js';
import type { ReferralDirection } from '#domain/referrals/referral-events.js';
import type { Issue, KnownReferral } from '#domain/referrals/referral-state.js';
import type { TransferPaper } from '#domain/visits/visit-content.js';
import type { ReferralDocument } from '../documents.js';
import {
  coding,
  concept,
  facilityReference,
  given,
  lines,
  numberReference,
  reference,
  text,
  type TranslationContext,
} from '../elements.js';
import { codeSystems, episodeNumberSystem, extensions, referralNumberSystem } from '../systems.js';
import { readCodes } from '../tables.js';
import { authoredOn, lastModified, referralStatuses } from './referral-content.js';

const transferReasons = readCodes('outcome-codes.tsv', 'code', 'meaning_vi', 'MA_LYDO_CT');
const treatmentResults = readCodes('outcome-codes.tsv', 'code', 'meaning_vi', 'KET_QUA_DTRI');

/** Vietnamese names. */
export const transferDirections: Readonly<Record<ReferralDirection, string>> = {
  up: 'Lên tuyến trên',
  down: 'Về tuyến dưới',
  level: 'Cùng tuyến',
};

/** What a referral is answered with; Vietnamese names. */
export const referralAnswers = {
  episode: 'Đợt điều trị',
  diagnosis: 'Chẩn đoán',
  'treatment-result': 'Kết quả điều trị',
  'paper-back': 'Giấy chuyển về',
  'diagnosis-text': 'Chẩn đoán',
  treatment: 'Điều trị',
  summary: 'Tóm tắt',
  'follow-up': 'Hướng theo dõi',
} as const;

/** SNOMED CT: the code of every referral's request. */
export const referralCode = { system: codeSystems.snomed, code: '3457005', display: 'Patient referral' } as const;

export function serviceRequestOf(id: string, document: ReferralDocument, context: TranslationContext): ServiceRequest {
  const { state } = document;
  const { referral, issue } = state;
  return given<ServiceRequest>({
    resourceType: 'ServiceRequest',
    id,
    identifier: [
      {
        system: referralNumberSystem(referral.from),
        value: referral.number,
        assigner: facilityReference(referral.from, context),
      },
    ],
    status: referralStatuses[state.status].request,
    intent: 'order',
    category: [{ coding: [referralCode] }],
    code: { coding: [referralCode], text: 'Chuyển cơ sở khám bệnh, chữa bệnh' },
    orderDetail: issue && [
      {
        coding: [
          {
            system: codeSystems.transferDirection,
            code: issue.direction,
            display: transferDirections[issue.direction],
          },
        ],
      },
    ],
    subject: reference('Patient', document.resident),
    encounter: issue?.episode && numberReference('Encounter', episodeNumberSystem, referral.from, issue.episode),
    occurrencePeriod: issue && validity(issue),
    authoredOn: authoredOn(document),
    requester: facilityReference(referral.from, context),
    performer: [facilityReference(state.to, context)],
    reasonCode: issue && reasonsOf(issue.paper),
    note: issue && paperNotes(issue.paper),
  });
}

/** From the day the paper was signed to the last day it is valid; the end alone when they contradict each other. */
function validity({ paper, validUntil }: Issue): Period {
  return validUntil >= paper.issuedAt.slice(0, 10) ? { start: paper.issuedAt, end: validUntil } : { end: validUntil };
}

function reasonsOf(paper: TransferPaper): CodeableConcept[] {
  return [
    concept([coding(codeSystems.transferReason, paper.reasonCode, transferReasons.get(paper.reasonCode ?? ''))]),
    ...paper.diagnoses.map(diagnosisOf),
    concept([], paper.diagnosisText),
  ].filter((one) => one !== undefined);
}

function diagnosisOf({ code, display, role }: Diagnosis): CodeableConcept | undefined {
  const system = role === 'traditional-medicine' ? codeSystems.traditionalMedicine : codeSystems.icd10;
  return concept([coding(system, code, display)], display);
}

/** What the free text of a paper stands under. */
export const paperHeadings = [
  ['Dấu hiệu lâm sàng', 'clinicalSigns'],
  ['Quá trình bệnh lý', 'course'],
  ['Tóm tắt kết quả', 'findings'],
  ['Phương pháp điều trị', 'treatment'],
  ['Hướng điều trị', 'direction'],
  ['Tình trạng khi chuyển', 'conditionAtTransfer'],
  ['Phương tiện vận chuyển', 'transport'],
  ['Người hộ tống', 'escort'],
] as const satisfies readonly (readonly [string, keyof TransferPaper])[];

/** The free text of the paper, each under its heading. */
function paperNotes(paper: TransferPaper): Annotation[] {
  return paperHeadings.flatMap(([heading, field]) => {
    const said = text(paper[field]);
    return said === undefined ? [] : [{ text: `${heading}: ${said}` }];
  });
}

export function taskOf(id: string, document: ReferralDocument, context: TranslationContext): Task {
  const { state } = document;
  const { referral, issue } = state;
  const shown = referralStatuses[state.status];
  const arrival = 'arrival' in state ? state.arrival : undefined;
  const appointment = state.status === 'accepted' ? state.appointment : undefined;
  return given<Task>({
    resourceType: 'Task',
    id,
    identifier: [{ system: referralNumberSystem(referral.from), value: referral.number }],
    status: shown.task,
    statusReason: reasonOf(document),
    businessStatus: {
      coding: [{ system: codeSystems.referralState, code: state.status, display: shown.vi }],
      text: shown.vi,
    },
    intent: 'order',
    code: { coding: [referralCode] },
    focus: reference('ServiceRequest', id),
    for: reference('Patient', document.resident),
    authoredOn: authoredOn(document),
    lastModified: lastModified(document),
    requester: facilityReference(referral.from, context),
    owner: facilityReference(state.to, context),
    executionPeriod: arrival && { start: arrival.at },
    restriction: issue && { period: validity(issue) },
    extension: arrival?.late === true ? [{ url: extensions.lateArrival, valueBoolean: true }] : undefined,
    input:
      appointment === undefined
        ? undefined
        : [{ type: { text: 'Hẹn khám (appointment)' }, valueDateTime: appointment }],
    note: document.notes.flatMap((note) => {
      const said = text(note.text);
      return said === undefined
        ? []
        : [{ time: note.at, authorReference: facilityReference(note.by, context), text: said }];
    }),
    output: answerOutputs(state),
  });
}

const explained: ReadonlySet<KnownReferral['status']> = new Set([
  'declined',
  'redirected',
  'cancelled',
  'did-not-arrive',
]);

function reasonOf({ state, notes }: ReferralDocument): CodeableConcept | undefined {
  if (!explained.has(state.status)) return undefined;
  return concept([], notes.findLast((note) => note.status === state.status)?.text);
}

/** What the receiving facility found and did, episode by episode, and its paper back. */
function answerOutputs(state: KnownReferral): TaskOutput[] {
  if (!('arrival' in state)) return [];
  const outputs = state.answers.flatMap((answer) => {
    const result = concept([
      coding(codeSystems.treatmentResult, answer.treatmentResult, treatmentResults.get(answer.treatmentResult ?? '')),
    ]);
    return [
      answer.episode === undefined
        ? undefined
        : {
            type: outputType('episode'),
            valueReference: numberReference('Encounter', episodeNumberSystem, state.arrival.by, answer.episode),
          },
      ...answer.diagnoses.map((diagnosis) => {
        const valueCodeableConcept = diagnosisOf(diagnosis);
        return valueCodeableConcept && { type: outputType('diagnosis'), valueCodeableConcept };
      }),
      words('diagnosis-text', answer.diagnosisText),
      words('treatment', answer.treatment),
      result && { type: outputType('treatment-result'), valueCodeableConcept: result },
      words('summary', answer.summary),
      words('follow-up', answer.followUp),
    ];
  });
  return [...outputs, ...paperBackOutputs(state)].filter((one) => one !== undefined);
}

function paperBackOutputs(state: KnownReferral): readonly (TaskOutput | undefined)[] {
  if (state.status !== 'referred-back' || !state.back.paper) return [];
  const { paper } = state.back;
  return [
    {
      type: outputType('paper-back'),
      valueReference: given({
        ...numberReference('ServiceRequest', referralNumberSystem, paper.from, paper.number),
        display: lines(paper.direction, paper.treatment),
      }),
    },
  ];
}

const outputType = (code: keyof typeof referralAnswers): CodeableConcept => ({
  coding: [{ system: codeSystems.referralAnswer, code }],
  text: referralAnswers[code],
});

function words(code: keyof typeof referralAnswers, value: string | undefined): TaskOutput | undefined {
  const valueString = lines(value);
  return valueString === undefined ? undefined : { type: outputType(code), valueString };
}
