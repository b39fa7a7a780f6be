import type { Annotation, CodeableConcept, ServiceRequest, Task, TaskOutput } from '@medplum/fhirtypes';
import { type DateTime, epochOf } from '#domain/dates.js';
import type { ReferralDocument, ReferralState } from '../documents.js';
import {
  coding,
  concept,
  facilityReference,
  given,
  lines,
  numberReference,
  practitionerReference,
  reference,
  text,
  type TranslationContext,
} from '../elements.js';
import { codeSystems, episodeNumberSystem, extensions, referralNumberSystem } from '../systems.js';
import { readCodes } from '../tables.js';

const transferReasons = readCodes('outcome-codes.tsv', 'code', 'meaning_vi', 'MA_LYDO_CT');
const treatmentResults = readCodes('outcome-codes.tsv', 'code', 'meaning_vi', 'KET_QUA_DTRI');

/** How each state of the referral looks as FHIR, and what it is called. */
export const referralStates: Readonly<
  Record<ReferralState, { readonly request: RequestStatus; readonly task: TaskStatus; readonly vi: string }>
> = {
  issued: { request: 'active', task: 'requested', vi: 'Đã lập phiếu' },
  received: { request: 'active', task: 'received', vi: 'Đã nhận phiếu' },
  accepted: { request: 'active', task: 'accepted', vi: 'Đã chấp nhận' },
  declined: { request: 'revoked', task: 'rejected', vi: 'Từ chối' },
  redirected: { request: 'active', task: 'requested', vi: 'Chuyển nơi khác' },
  arrived: { request: 'active', task: 'in-progress', vi: 'Người bệnh đã đến' },
  'did-not-arrive': { request: 'on-hold', task: 'failed', vi: 'Người bệnh không đến' },
  answered: { request: 'completed', task: 'completed', vi: 'Đã phản hồi' },
  'referred-back': { request: 'completed', task: 'completed', vi: 'Đã chuyển về tuyến dưới' },
  closed: { request: 'completed', task: 'completed', vi: 'Đã kết thúc' },
  cancelled: { request: 'revoked', task: 'cancelled', vi: 'Đã hủy' },
  expired: { request: 'revoked', task: 'failed', vi: 'Hết hạn' },
};

type RequestStatus = 'active' | 'on-hold' | 'revoked' | 'completed';
type TaskStatus =
  'requested' | 'received' | 'accepted' | 'rejected' | 'in-progress' | 'completed' | 'cancelled' | 'failed';

const directions: Readonly<Record<ReferralDocument['direction'], string>> = {
  up: 'Lên tuyến trên',
  down: 'Về tuyến dưới',
  level: 'Cùng tuyến',
};

/** SNOMED CT: the code of every referral's request. */
export const referralCode = { system: codeSystems.snomed, code: '3457005', display: 'Patient referral' } as const;

export function serviceRequestOf(id: string, document: ReferralDocument, context: TranslationContext): ServiceRequest {
  const { paper, referral } = document;
  const why = [
    concept([coding(codeSystems.transferReason, paper.reasonCode, transferReasons.get(paper.reasonCode ?? ''))]),
    ...paper.diagnoses.map((diagnosis) =>
      concept(
        [
          coding(
            diagnosis.role === 'traditional-medicine' ? codeSystems.traditionalMedicine : codeSystems.icd10,
            diagnosis.code,
            diagnosis.display,
          ),
        ],
        diagnosis.display,
      ),
    ),
    concept([], paper.diagnosisText),
  ];
  return given<ServiceRequest>({
    resourceType: 'ServiceRequest',
    id,
    identifier: [
      given({
        system: referralNumberSystem(referral.from),
        value: referral.number,
        assigner: facilityReference(referral.from, context),
      }),
    ],
    status: referralStates[document.state].request,
    intent: 'order',
    category: [{ coding: [referralCode] }],
    code: { coding: [referralCode], text: 'Chuyển cơ sở khám bệnh, chữa bệnh' },
    orderDetail: [
      {
        coding: [
          { system: codeSystems.transferDirection, code: document.direction, display: directions[document.direction] },
        ],
      },
    ],
    subject: reference('Patient', document.resident),
    encounter: document.episode && numberReference('Encounter', episodeNumberSystem, referral.from, document.episode),
    occurrencePeriod: {
      start: paper.issuedAt,
      ...(document.validUntil >= paper.issuedAt.slice(0, 10) && { end: document.validUntil }),
    },
    authoredOn: paper.issuedAt,
    requester: facilityReference(referral.from, context),
    performer: [facilityReference(document.to, context)],
    reasonCode: why.filter((one) => one !== undefined),
    note: paperNotes(document),
  });
}

/** The free text of the paper, each under its heading. */
function paperNotes({ paper }: ReferralDocument): Annotation[] {
  const headed: readonly (readonly [string, string | undefined])[] = [
    ['Dấu hiệu lâm sàng', paper.clinicalSigns],
    ['Quá trình bệnh lý', paper.course],
    ['Tóm tắt kết quả', paper.findings],
    ['Phương pháp điều trị', paper.treatment],
    ['Hướng điều trị', paper.direction],
    ['Tình trạng khi chuyển', paper.conditionAtTransfer],
    ['Phương tiện vận chuyển', paper.transport],
    ['Người hộ tống', paper.escort],
  ];
  return headed.flatMap(([heading, words]) => {
    const said = text(words);
    return said === undefined ? [] : [{ text: `${heading}: ${said}` }];
  });
}

export function taskOf(id: string, document: ReferralDocument, context: TranslationContext): Task {
  const { paper, referral } = document;
  const state = referralStates[document.state];
  return given<Task>({
    resourceType: 'Task',
    id,
    identifier: [given({ system: referralNumberSystem(referral.from), value: referral.number })],
    status: state.task,
    statusReason: reasonOf(document),
    businessStatus: {
      coding: [{ system: codeSystems.referralState, code: document.state, display: state.vi }],
      text: state.vi,
    },
    intent: 'order',
    code: { coding: [referralCode] },
    focus: reference('ServiceRequest', id),
    for: reference('Patient', document.resident),
    authoredOn: paper.issuedAt,
    lastModified: laterOf(paper.issuedAt, document.at),
    requester: facilityReference(referral.from, context),
    owner: facilityReference(document.to, context),
    executionPeriod: document.arrival && { start: document.arrival.at },
    restriction: {
      period: {
        ...(document.validUntil >= paper.issuedAt.slice(0, 10) && { start: paper.issuedAt }),
        end: document.validUntil,
      },
    },
    extension: document.arrival?.late === true ? [{ url: extensions.lateArrival, valueBoolean: true }] : undefined,
    input:
      document.appointment === undefined
        ? undefined
        : [{ type: { text: 'Hẹn khám (appointment)' }, valueDateTime: document.appointment }],
    note: document.notes.flatMap((note) => {
      const said = text(note.text);
      return said === undefined
        ? []
        : [{ time: note.at, authorReference: facilityReference(note.by, context), text: said }];
    }),
    output: answerOutputs(document),
  });
}

function reasonOf(document: ReferralDocument): CodeableConcept | undefined {
  if (!['declined', 'redirected', 'cancelled', 'did-not-arrive'].includes(document.state)) return undefined;
  return concept([], document.notes.findLast((note) => note.state === document.state)?.text);
}

/** What the receiving facility found and did. */
function answerOutputs(document: ReferralDocument): TaskOutput[] {
  const { answer, paperBack, to } = document;
  const outputs: (TaskOutput | undefined)[] = [];
  if (answer) {
    if (answer.episode !== undefined) {
      outputs.push({
        type: outputType('episode', 'Đợt điều trị'),
        valueReference: numberReference('Encounter', episodeNumberSystem, to, answer.episode),
      });
    }
    for (const diagnosis of answer.diagnoses) {
      const valueCodeableConcept = concept(
        [coding(codeSystems.icd10, diagnosis.code, diagnosis.display)],
        diagnosis.display,
      );
      if (valueCodeableConcept) outputs.push({ type: outputType('diagnosis', 'Chẩn đoán'), valueCodeableConcept });
    }
    const result = concept([
      coding(codeSystems.treatmentResult, answer.treatmentResult, treatmentResults.get(answer.treatmentResult ?? '')),
    ]);
    outputs.push(
      words('diagnosis-text', 'Chẩn đoán', answer.diagnosisText),
      words('treatment', 'Điều trị', answer.treatment),
      result && { type: outputType('treatment-result', 'Kết quả điều trị'), valueCodeableConcept: result },
      words('summary', 'Tóm tắt', answer.summary),
      words('follow-up', 'Hướng theo dõi', answer.followUp),
    );
  }
  if (paperBack) {
    outputs.push(
      {
        type: outputType('paper-back', 'Giấy chuyển về'),
        valueReference: given({
          ...numberReference('ServiceRequest', referralNumberSystem, paperBack.from, paperBack.number),
          display: lines(paperBack.direction, paperBack.treatment),
        }),
      },
      words(
        'paper-back-signed-by',
        'Người ký giấy chuyển về',
        practitionerReference(paperBack.practitioner)?.identifier?.value,
      ),
    );
  }
  return outputs.filter((one) => one !== undefined);
}

const outputType = (code: string, vi: string): CodeableConcept => ({
  coding: [{ system: codeSystems.referralAnswer, code }],
  text: vi,
});

function words(code: string, vi: string, value: string | undefined): TaskOutput | undefined {
  const valueString = lines(value);
  return valueString === undefined ? undefined : { type: outputType(code, vi), valueString };
}

/** inv-1: a task is not modified before it was authored, whatever the clocks of two facilities say. */
const laterOf = (authored: DateTime, modified: DateTime): DateTime =>
  epochOf(modified) < epochOf(authored) ? authored : modified;
