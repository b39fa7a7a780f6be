import type { JsonSchema } from '../schema-check.js';

const pseudonym = { type: 'string', pattern: '^[A-Za-z0-9_-]{22}$' };
const day = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };
const moment = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}:\\d{2}\\+07:00)?$' };
const facility = { type: 'string', pattern: '^[0-9]{2}[0-9A-Z]{3}$' };
/** Codes of lists: short, and never with a space, so that no sentence gets through as a code. */
const code = { type: 'string', pattern: '^\\S{1,20}$' };
const flag = { type: 'boolean' };
const revision = { type: 'integer', minimum: 0 };
const birthYear = { type: 'integer', minimum: 1800, maximum: 2199 };
const sex = { enum: ['male', 'female', 'other', 'unknown'] };

type Properties = Readonly<Record<string, unknown>>;

/** Nothing but what is listed may be in a fact: what is not named here cannot leave the record. */
function closed(required: Properties, optional: Properties = {}): JsonSchema {
  return {
    type: 'object',
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

const fact = (kind: string, required: Properties, optional: Properties = {}): JsonSchema =>
  closed({ kind: { const: kind }, ...required }, optional);

const residence = closed({}, { provinceCode: code, districtCode: code, communeCode: code });

/** JSON Schema of the data of `health-facts.v1`. */
export const healthFactSchema: JsonSchema = {
  $id: 'urn:lien-tuyen:schema:health-facts.v1',
  type: 'object',
  properties: { kind: { type: 'string' } },
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: [
    fact('facility', {
      facility,
      places: {
        type: 'array',
        items: closed({}, { provinceCode: code, districtCode: code, communeCode: code, validFrom: day, validTo: day }),
      },
    }),
    fact('resident-registered', { resident: pseudonym, on: day, facility, sex }, { birthYear, residence }),
    fact('resident-corrected', { resident: pseudonym, sex }, { birthYear, residence }),
    fact('resident-moved', { resident: pseudonym, on: day, residence }),
    fact('residents-merged', { resident: pseudonym, joined: pseudonym }),
    fact('residents-unmerged', { resident: pseudonym, separated: pseudonym }),
    fact('history', {
      resident: pseudonym,
      on: day,
      hypertension: flag,
      diabetes: flag,
      chronicDisease: flag,
      regularTobacco: flag,
    }),
    fact(
      'encounter',
      {
        encounter: pseudonym,
        revision,
        form: { enum: ['visit', 'screening'] },
        resident: pseudonym,
        facility,
        at: moment,
        insured: flag,
        diagnoses: {
          type: 'array',
          items: closed({ code, role: { enum: ['main', 'comorbidity', 'traditional-medicine'] } }),
        },
      },
      {
        careType: code,
        systolic: { type: 'number' },
        diastolic: { type: 'number' },
        glucose: { type: 'number' },
        hba1c: { type: 'number' },
        residence,
      },
    ),
    fact('encounter-retracted', { encounter: pseudonym, revision, resident: pseudonym }),
    fact(
      'referral',
      {
        referral: pseudonym,
        revision,
        step: { type: 'string', pattern: '^[A-Za-z]+$' },
        resident: pseudonym,
        at: moment,
        by: facility,
      },
      {
        issue: closed({ direction: { enum: ['up', 'down', 'level'] }, from: facility, to: facility }, { residence }),
        backPaper: pseudonym,
      },
    ),
  ],
};
