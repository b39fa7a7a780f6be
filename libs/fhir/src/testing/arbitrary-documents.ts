import type * as FastCheck from 'fast-check';
import type { Diagnosis, Residence, Vitals } from '#domain/codes.js';
import { addDays, type DateTime, dateTimeOf, type LocalDate, type PartialDate } from '#domain/dates.js';
import type {
  EpisodeNumber,
  FacilityCode,
  ImmunizationId,
  ReferralNumber,
  ResidentId,
  ScreeningId,
} from '#domain/ids.js';
import type { ImmunizationContent } from '#domain/immunizations/immunization-content.js';
import type { ReferralAnswer } from '#domain/referrals/referral-events.js';
import type { Arrival, Issue, KnownReferral } from '#domain/referrals/referral-state.js';
import type {
  HealthHistory,
  HistoryItem,
  InsuranceCard,
  ResidentIdentifier,
  RiskFactor,
} from '#domain/residents/resident-content.js';
import type { VisitPaper } from '#domain/visits/visit-papers.js';
import type {
  ClinicalNote,
  MedicationLine,
  ResultLine,
  ServiceLine,
  TransferPaper,
} from '#domain/visits/visit-content.js';
import type {
  FacilityDocument,
  ImmunizationDocument,
  ReferralDocument,
  ResidentDocument,
  ScreeningDocument,
  VisitDocument,
} from '../documents.js';

/**
 * Random documents, all of them synthetic: whatever the domain's types allow, the odd included.
 * @param fc fast-check, which only tests have
 */
export function arbitraryDocuments(fc: typeof FastCheck) {
  /** Optional members absent, not undefined. */
  const partial = <T extends object>(
    model: { [K in keyof T]: FastCheck.Arbitrary<T[K]> },
    required: readonly (keyof T & string)[],
  ): FastCheck.Arbitrary<T> => fc.record(model, { requiredKeys: [...required] }) as FastCheck.Arbitrary<T>;

  const words = fc.oneof(
    fc.constantFrom(
      'Tăng huyết áp vô căn',
      'Viêm họng cấp',
      'Ho, sốt 3 ngày',
      ' ',
      '',
      'a  b',
      'Đau\nlưng',
      '<b>&amp;',
      '\u0000x',
      '😀',
    ),
    fc.string({ maxLength: 40, unit: 'binary' }),
  );
  const codes = fc.oneof(
    fc.constantFrom('I10', 'E11.9', 'J44.9', '23.0075.1494', '02.1895', '40.30.501', '', ' ', 'B24†', 'a  b', '1'),
    fc.string({ maxLength: 30 }),
  );
  const facilities = fc.constantFrom('08Z00', '08Z01', '08Z11', '08Z12', '01C51') as FastCheck.Arbitrary<FacilityCode>;
  const numbers = fc.constantFrom('08Z12.202609.00056', '08Z20-CT-00067', 'Ấ/1', 'x'.repeat(100));
  const uuids = fc.uuid();
  const days = fc.integer({ min: 0, max: 2_000 }).map((count) => addDays('2022-01-01' as LocalDate, count));
  const times = fc.integer({ min: 1_640_995_200, max: 1_800_000_000 }).map((seconds) => dateTimeOf(seconds * 1000));
  const moments: FastCheck.Arbitrary<DateTime> = fc.oneof(
    times,
    days as FastCheck.Arbitrary<string> as FastCheck.Arbitrary<DateTime>,
  );
  const birthDates = fc.constantFrom('1951-08-02', '1986', '2012-03', '2024-02-29') as FastCheck.Arbitrary<PartialDate>;
  const amounts = fc.oneof(fc.integer({ min: 0, max: 1_000_000 }), fc.double({ min: 0, max: 1e6, noNaN: true }));
  const coded = { code: codes, display: words };

  const residences = partial<Residence>(
    { text: words, provinceCode: codes, districtCode: codes, communeCode: codes, villageCode: codes },
    [],
  );
  const diagnoses: FastCheck.Arbitrary<Diagnosis> = partial(
    { ...coded, role: fc.constantFrom('main', 'comorbidity', 'traditional-medicine') },
    ['code', 'role'],
  );
  const measures = fc.double({ min: 0, max: 300, noNaN: true });
  const vitals = partial<Vitals>(
    {
      systolic: measures,
      diastolic: measures,
      pulse: measures,
      temperature: measures,
      respiratoryRate: measures,
      height: measures,
      weight: measures,
      waist: measures,
      bmi: measures,
    },
    [],
  );
  const cards = partial<InsuranceCard>(
    {
      number: fc.constantFrom('HT3080835445684', '0808451310', ''),
      registeredFacility: facilities,
      validFrom: days,
      validTo: days,
    },
    ['number'],
  );
  const results = partial<ResultLine>(
    {
      serviceCode: codes,
      code: codes,
      name: fc.oneof(words, fc.constant('Glucose máu lúc đói'), fc.constant('HbA1c')),
      value: fc.constantFrom('5,6', '7.0', '<0.1', 'Âm tính', '', '≥ 10', '1.2.3'),
      unit: fc.constantFrom('mmol/L', 'mg/dL', '%', '', 'lần'),
      description: words,
      conclusion: words,
      at: moments,
    },
    ['name'],
  );
  const medications = partial<MedicationLine>(
    {
      ...coded,
      strength: words,
      route: codes,
      dosage: words,
      instructions: words,
      quantity: amounts,
      unit: words,
      prescribedAt: moments,
      practitioner: words,
      amount: amounts,
    },
    ['code'],
  );
  const services = partial<ServiceLine>(
    {
      ...coded,
      group: fc.constantFrom('1', '2', '8', '10', '13', '01'),
      supply: fc.boolean(),
      quantity: amounts,
      unit: words,
      orderedAt: moments,
      performedAt: moments,
      resultAt: moments,
      practitioner: words,
      amount: amounts,
    },
    ['code', 'supply'],
  );
  const notes = partial<ClinicalNote>(
    {
      text: words,
      kind: fc.constantFrom('course', 'stage', 'consultation', 'surgery', 'examination', 'advice', 'history'),
      topic: fc.oneof(words, fc.constantFrom('heart', 'eyes')),
      at: moments,
      practitioner: words,
    },
    ['text', 'kind'],
  );
  const papers = partial<TransferPaper>(
    {
      number: numbers as FastCheck.Arbitrary<ReferralNumber>,
      from: facilities,
      to: facilities,
      issuedAt: moments,
      reasonCode: fc.constantFrom('1', '2', '9', ''),
      diagnoses: fc.array(diagnoses, { maxLength: 3 }),
      diagnosisText: words,
      clinicalSigns: words,
      course: words,
      findings: words,
      treatment: words,
      direction: words,
      transport: words,
      escort: words,
      conditionAtTransfer: words,
      practitioner: words,
    },
    ['number', 'from', 'to', 'issuedAt', 'diagnoses'],
  );

  const papersOfVisit: FastCheck.Arbitrary<VisitPaper> = fc.oneof(
    fc.record({ kind: fc.constant('record-summary' as const), course: words, findings: words, issuedOn: moments }),
    fc.record({ kind: fc.constant('sick-leave' as const), days: fc.nat(30), from: moments, practitioner: words }),
    fc.record({ kind: fc.constant('discharge-paper' as const), treatment: words, note: words }),
    fc.record({ kind: fc.constant('birth-certificate' as const), motherName: words }),
  );

  const visitDocuments: FastCheck.Arbitrary<VisitDocument> = fc.record({
    kind: fc.constant('visit' as const),
    resident: uuids as FastCheck.Arbitrary<ResidentId>,
    visit: partial<VisitDocument['visit']>(
      {
        facility: facilities,
        episode: numbers as FastCheck.Arbitrary<EpisodeNumber>,
        start: moments,
        end: moments,
        careType: fc.constantFrom('01', '03', '06', '12', '14', '99', ''),
        payerCategory: codes,
        insured: fc.boolean(),
        cards: fc.array(cards, { maxLength: 2 }),
        residence: residences,
        reason: words,
        admissionDiagnosis: words,
        dischargeDiagnosis: words,
        diagnoses: fc.array(diagnoses, { maxLength: 4 }),
        vitals,
        vitalsSource: fc.constantFrom('measured', 'note'),
        medications: fc.array(medications, { maxLength: 3 }),
        services: fc.array(services, { maxLength: 3 }),
        results: fc.array(results, { maxLength: 3 }),
        notes: fc.array(notes, { maxLength: 3 }),
        treatment: words,
        treatmentResult: fc.constantFrom('1', '8', ''),
        dischargeType: fc.constantFrom('1', '2', '7'),
        appointment: partial({ number: words, on: days }, ['on']),
        arrivedWith: fc.record({ number: numbers as FastCheck.Arbitrary<ReferralNumber>, from: facilities }),
        transfer: papers,
        charges: fc.record({ total: amounts }),
        practitioner: words,
        department: words,
        papers: fc.array(papersOfVisit, { maxLength: 3 }),
        otherTables: fc.constant({}),
      },
      [
        'facility',
        'episode',
        'start',
        'insured',
        'cards',
        'diagnoses',
        'vitals',
        'medications',
        'services',
        'results',
        'notes',
      ],
    ),
  });

  const screeningDocuments: FastCheck.Arbitrary<ScreeningDocument> = fc.record({
    kind: fc.constant('screening' as const),
    resident: uuids as FastCheck.Arbitrary<ResidentId>,
    screening: partial<ScreeningDocument['screening']>(
      {
        screening: uuids as FastCheck.Arbitrary<ScreeningId>,
        facility: facilities,
        at: moments,
        programme: fc.constantFrom('general', 'hypertension', 'diabetes', 'copd-asthma', 'cancer'),
        residence: residences,
        vitals,
        results: fc.array(results, { maxLength: 3 }),
        findings: fc.array(partial(coded, ['code']), { maxLength: 3 }),
        conclusion: words,
        practitioner: words,
      },
      ['screening', 'facility', 'at', 'programme', 'vitals', 'results', 'findings'],
    ),
  });

  const immunizationDocuments: FastCheck.Arbitrary<ImmunizationDocument> = fc.record({
    kind: fc.constant('immunization' as const),
    resident: uuids as FastCheck.Arbitrary<ResidentId>,
    immunization: partial<ImmunizationContent>(
      {
        immunization: uuids as FastCheck.Arbitrary<ImmunizationId>,
        facility: facilities,
        vaccineCode: codes,
        vaccineName: words,
        vaccineGroup: codes,
        givenOn: moments,
        doseNumber: fc.integer({ min: -1, max: 9 }),
        lotNumber: words,
        reaction: words,
        nextDoseOn: days,
        pregnancyMonth: fc.integer({ min: 1, max: 10 }),
        tetanusDosesOfMother: fc.nat(9),
        practitioner: words,
      },
      ['immunization', 'facility', 'vaccineName', 'givenOn'],
    ),
  });

  const historyItems = fc.array(
    partial<HistoryItem>({ ...coded, present: fc.boolean(), note: words, relative: words }, ['code', 'present']),
    { maxLength: 3 },
  );

  const residentDocuments: FastCheck.Arbitrary<ResidentDocument> = partial(
    {
      kind: fc.constant('resident' as const),
      resident: uuids as FastCheck.Arbitrary<ResidentId>,
      details: partial<ResidentDocument['details']>(
        {
          name: fc.oneof(fc.constantFrom('Chẩu Văn Bình', 'Đạt', 'Lê  Thị Thu Hương', ''), words),
          sex: fc.constantFrom('male', 'female', 'other', 'unknown'),
          birthDate: birthDates,
          ethnicGroup: fc.constantFrom('01', '22', 'x', ''),
          nationality: fc.constantFrom('000', '116'),
          occupation: codes,
          phone: words,
          email: words,
          bloodGroup: words,
          residence: residences,
        },
        ['name', 'sex'],
      ),
      identifiers: fc.array(
        partial<ResidentIdentifier>(
          {
            system: fc.constantFrom(
              'national-id',
              'citizen-id',
              'passport',
              'insurance-number',
              'facility-patient-number',
            ),
            value: words,
            facility: facilities,
          },
          ['system', 'value'],
        ),
        { maxLength: 4 },
      ),
      cards: fc.array(cards, { maxLength: 2 }),
      registeredBy: facilities,
      history: partial<NonNullable<ResidentDocument['history']>>(
        {
          riskFactors: fc.array(
            partial<RiskFactor>(
              {
                kind: fc.constantFrom('tobacco', 'alcohol', 'drugs', 'physical-activity'),
                status: fc.constantFrom('no', 'yes', 'regular'),
                stopped: fc.boolean(),
                amount: words,
              },
              ['kind', 'status'],
            ),
            { maxLength: 4 },
          ),
          allergies: historyItems,
          diseases: historyItems,
          familyAllergies: historyItems,
          familyDiseases: historyItems,
          disabilities: historyItems,
          birth: partial<NonNullable<HealthHistory['birth']>>(
            {
              delivery: fc.constantFrom('vaginal', 'caesarean'),
              preterm: fc.boolean(),
              weight: fc.integer({ min: 300, max: 8000 }),
              length: fc.integer({ min: 20, max: 70 }),
              defects: words,
            },
            [],
          ),
          exposure: partial<NonNullable<HealthHistory['exposure']>>({ substances: words, latrine: words }, []),
          reproductive: partial<NonNullable<HealthHistory['reproductive']>>(
            { contraception: words, pregnancies: fc.nat(30), births: fc.nat(30), caesareanBirths: fc.nat(30) },
            [],
          ),
          surgeries: words,
          otherProblems: words,
          tetanusDosesOfMother: fc.nat(20),
          relatives: fc.constant([{ relation: 'Mẹ', name: 'Nông Thị B' }]),
          other: fc.constant({}),
        },
        [],
      ),
      historyOn: days,
    },
    ['kind', 'resident', 'details', 'identifiers', 'cards', 'registeredBy'],
  );

  const episodes = numbers as FastCheck.Arbitrary<EpisodeNumber>;
  const issues = partial<Issue>(
    {
      at: moments,
      paper: papers,
      direction: fc.constantFrom('up', 'down', 'level'),
      residence: residences,
      validUntil: days,
      episode: episodes,
    },
    ['at', 'paper', 'direction', 'validUntil'],
  );
  const addressed = {
    referral: fc.record({
      from: facilities,
      number: numbers as FastCheck.Arbitrary<ReferralNumber>,
    }),
    resident: uuids as FastCheck.Arbitrary<ResidentId>,
    to: facilities,
    addressees: fc.array(facilities, { minLength: 1, maxLength: 2 }),
  };
  const always = ['referral', 'resident', 'to', 'addressees', 'status'] as const;
  const attended = {
    ...addressed,
    issue: issues,
    arrival: partial<Arrival>({ at: moments, by: facilities, episode: episodes, late: fc.boolean() }, [
      'at',
      'by',
      'late',
    ]),
    answers: fc.array(
      partial<ReferralAnswer>(
        {
          episode: episodes,
          diagnoses: fc.array(diagnoses, { maxLength: 2 }),
          diagnosisText: words,
          treatment: words,
          treatmentResult: fc.constantFrom('1', '9'),
          summary: words,
          followUp: words,
        },
        ['diagnoses'],
      ),
      { maxLength: 2 },
    ),
  };
  const status = <Status extends string>(...statuses: readonly Status[]): FastCheck.Arbitrary<Status> =>
    fc.constantFrom(...statuses);

  const referralStates: FastCheck.Arbitrary<KnownReferral> = fc.oneof(
    partial({ ...addressed, issue: issues, status: status('issued', 'received', 'did-not-arrive', 'expired') }, [
      ...always,
      'issue',
    ]),
    partial({ ...addressed, issue: issues, status: status('accepted'), appointment: moments, note: words }, [
      ...always,
      'issue',
    ]),
    partial({ ...addressed, issue: issues, status: status('declined', 'cancelled'), reason: words }, [
      ...always,
      'issue',
      'reason',
    ]),
    partial(
      {
        ...addressed,
        issue: issues,
        status: status('redirected'),
        redirection: fc.record({ by: facilities, reason: words }),
      },
      [...always, 'issue', 'redirection'],
    ),
    partial({ ...attended, status: status('arrived', 'answered', 'closed') }, [...always, 'arrival', 'answers']),
    partial({ ...attended, status: status('referred-back'), back: partial({ paper: papers, note: words }, []) }, [
      ...always,
      'arrival',
      'answers',
      'back',
    ]),
  ) as FastCheck.Arbitrary<KnownReferral>;

  const referralDocuments: FastCheck.Arbitrary<ReferralDocument> = fc
    .record({
      state: referralStates,
      at: moments,
      notes: fc.array(
        fc.record({
          status: status('declined', 'cancelled', 'did-not-arrive', 'accepted'),
          at: moments,
          by: facilities,
          text: words,
        }),
        { maxLength: 3 },
      ),
    })
    .map((document) => ({ kind: 'referral', resident: document.state.resident, ...document }));

  const facilityDocuments: FastCheck.Arbitrary<FacilityDocument> = partial(
    {
      kind: fc.constant('facility' as const),
      facility: partial<FacilityDocument['facility']>(
        {
          code: facilities,
          name: words,
          kind: fc.constantFrom('commune-station', 'district-hospital', 'other'),
          careLevel: fc.constantFrom('initial', 'basic', 'specialised'),
          provinceCode: fc.constantFrom('08', '12'),
          places: fc.array(partial({ districtCode: codes, communeCode: codes, validFrom: days, validTo: days }, []), {
            maxLength: 2,
          }),
          refersTo: facilities,
        },
        ['code', 'name', 'kind', 'careLevel', 'provinceCode', 'places'],
      ),
      closedOn: days,
    },
    ['kind', 'facility'],
  );

  const recordDocuments = fc.oneof(
    visitDocuments,
    screeningDocuments,
    immunizationDocuments,
    residentDocuments,
    referralDocuments,
    facilityDocuments,
  );

  return {
    visitDocuments,
    screeningDocuments,
    immunizationDocuments,
    residentDocuments,
    referralDocuments,
    facilityDocuments,
    recordDocuments,
  };
}
