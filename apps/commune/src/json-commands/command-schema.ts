/** JSON Schema (draft 2020-12 subset) of the commands that may be posted as `application/json`. Also shown in the OpenAPI document. */

/** No control characters but line ends and tabs, no halves of characters: neither XML nor FHIR can carry them. */
export const writable = '^[^\\p{Cs}\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f]*$';
const code = { type: 'string', minLength: 1, maxLength: 100, pattern: writable } as const;
const text = { type: 'string', minLength: 1, maxLength: 4000, pattern: writable } as const;
const day = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' } as const;
const moment = {
  type: 'string',
  pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2}))?$',
} as const;
const facility = { type: 'string', pattern: '^[0-9]{2}[0-9A-Z]{3}$' } as const;

function object<Properties extends object>(required: readonly string[], properties: Properties) {
  return { type: 'object', additionalProperties: false, required, properties } as const;
}

const list = <Items extends object>(items: Items) => ({ type: 'array', maxItems: 500, items }) as const;

const residence = object([], {
  text,
  provinceCode: code,
  districtCode: code,
  communeCode: { type: 'string', pattern: '^\\d{5}$' },
  villageCode: code,
});

const diagnosis = object(['code', 'role'], {
  code,
  display: text,
  role: { enum: ['main', 'comorbidity', 'traditional-medicine'] },
});

const range = (minimum: number, maximum: number) => ({ type: 'number', minimum, maximum }) as const;

const vitals = object([], {
  systolic: range(40, 300),
  diastolic: range(20, 200),
  pulse: range(20, 300),
  temperature: range(25, 45),
  respiratoryRate: range(3, 120),
  height: range(20, 260),
  weight: range(0.2, 400),
  waist: range(20, 250),
  bmi: range(5, 100),
});

const insuranceCard = object(['number'], {
  number: { type: 'string', pattern: '^([A-Z]{2}[0-9]{13}|[0-9]{10})$' },
  registeredFacility: code,
  validFrom: day,
  validTo: day,
});

const person = object(['name', 'sex'], {
  name: { type: 'string', minLength: 1, maxLength: 255, pattern: writable },
  sex: { enum: ['male', 'female', 'other', 'unknown'] },
  birthDate: { type: 'string', pattern: '^\\d{4}(-\\d{2}(-\\d{2})?)?$' },
  ethnicGroup: code,
  nationality: code,
  occupation: code,
  phone: code,
  email: code,
  bloodGroup: code,
  residence,
  identifiers: list(
    object(['system', 'value'], {
      system: { enum: ['national-id', 'citizen-id', 'passport', 'insurance-number', 'facility-patient-number'] },
      value: code,
    }),
  ),
  cards: list(insuranceCard),
});

const result = object(['name'], {
  serviceCode: code,
  code,
  name: text,
  value: text,
  unit: code,
  description: text,
  conclusion: text,
  at: moment,
});

const visit = object(['episode', 'start', 'diagnoses'], {
  episode: code,
  start: moment,
  end: moment,
  careType: { type: 'string', pattern: '^(0[1-9]|1[0-6])$' },
  payerCategory: code,
  reason: text,
  admissionDiagnosis: text,
  dischargeDiagnosis: text,
  diagnoses: list(diagnosis),
  vitals,
  medications: list(
    object(['code'], {
      code,
      display: text,
      strength: code,
      route: code,
      dosage: text,
      instructions: text,
      quantity: range(0, 1e9),
      unit: code,
      prescribedAt: moment,
      practitioner: code,
      amount: range(0, 1e12),
    }),
  ),
  services: list(
    object(['code'], {
      code,
      display: text,
      group: code,
      quantity: range(0, 1e9),
      unit: code,
      orderedAt: moment,
      performedAt: moment,
      resultAt: moment,
      practitioner: code,
      amount: range(0, 1e12),
    }),
  ),
  results: list(result),
  notes: list(object(['text'], { text, at: moment, practitioner: code })),
  treatment: text,
  treatmentResult: { type: 'string', pattern: '^[1-8]$' },
  dischargeType: { type: 'string', pattern: '^[1-5]$' },
  appointment: object(['on'], { number: code, on: day }),
  arrivedWith: object(['number', 'from'], { number: code, from: facility }),
  practitioner: code,
  department: code,
});

const screening = object(['at', 'programme'], {
  id: { type: 'string', pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' },
  at: moment,
  programme: { enum: ['general', 'hypertension', 'diabetes', 'copd-asthma', 'cancer'] },
  vitals,
  results: list(result),
  findings: list(object(['code'], { code, display: text })),
  conclusion: text,
  practitioner: code,
});

const referral = object(['number', 'to', 'issuedAt', 'diagnoses'], {
  number: code,
  to: facility,
  issuedAt: moment,
  reasonCode: { type: 'string', pattern: '^[1-3]$' },
  diagnoses: list(diagnosis),
  diagnosisText: text,
  clinicalSigns: text,
  course: text,
  findings: text,
  treatment: text,
  direction: text,
  transport: text,
  escort: text,
  conditionAtTransfer: code,
  practitioner: code,
});

const command = <Name extends string, Part extends object>(name: Name, part: string, schema: Part) =>
  object(['command', 'person', part], { command: { const: name }, facility, person, [part]: schema });

/** What a resident says of sharing the record: with one facility, or with all. */
const consent = object(['statedOn'], { to: facility, statedOn: day, reason: text });

export const commandSchemas = {
  'record-visit': command('record-visit', 'visit', visit),
  'complete-screening': command('complete-screening', 'screening', screening),
  'issue-referral': command('issue-referral', 'referral', referral),
  'give-consent': command('give-consent', 'consent', consent),
  'withdraw-consent': command('withdraw-consent', 'consent', consent),
  'retract-visit': object(['command', 'episode', 'reason'], {
    command: { const: 'retract-visit' },
    facility,
    episode: code,
    reason: text,
  }),
} as const;

export type CommandName = keyof typeof commandSchemas;
