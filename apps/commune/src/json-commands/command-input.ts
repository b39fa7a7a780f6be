/** Commands as they pass {@link commandSchemas}: forms are checked, what values mean is not. */
import type { Diagnosis, Residence, Sex, Vitals } from '#domain/codes.js';
import type { IdentifierSystem } from '#domain/residents/resident-content.js';
import type { ScreeningContent } from '#domain/screenings/screening-content.js';
import type {
  ClinicalNote,
  MedicationLine,
  ResultLine,
  ServiceLine,
  TransferPaper,
} from '#domain/visits/visit-content.js';

/** The person a command is about. */
export type PersonInput = {
  readonly name: string;
  readonly sex: Sex;
  readonly birthDate?: string;
  readonly identifiers?: readonly { readonly system: IdentifierSystem; readonly value: string }[];
  readonly cards?: readonly {
    readonly number: string;
    readonly registeredFacility?: string;
    readonly validFrom?: string;
    readonly validTo?: string;
  }[];
  readonly residence?: Residence;
} & Partial<Record<'ethnicGroup' | 'nationality' | 'occupation' | 'phone' | 'email' | 'bloodGroup', string>>;

export type VisitInput = {
  readonly episode: string;
  readonly start: string;
  readonly end?: string;
  readonly diagnoses: readonly Diagnosis[];
  readonly vitals?: Vitals;
  readonly medications?: readonly MedicationLine[];
  readonly services?: readonly Omit<ServiceLine, 'supply'>[];
  readonly results?: readonly ResultLine[];
  readonly notes?: readonly Omit<ClinicalNote, 'kind'>[];
  readonly appointment?: { readonly number?: string; readonly on: string };
  readonly arrivedWith?: { readonly number: string; readonly from: string };
} & Partial<
  Record<
    | 'careType'
    | 'payerCategory'
    | 'reason'
    | 'admissionDiagnosis'
    | 'dischargeDiagnosis'
    | 'treatment'
    | 'treatmentResult'
    | 'dischargeType'
    | 'practitioner'
    | 'department',
    string
  >
>;

export type ScreeningInput = Omit<
  ScreeningContent,
  'screening' | 'facility' | 'at' | 'vitals' | 'results' | 'findings'
> & {
  readonly id?: string;
  readonly at: string;
} & Partial<Pick<ScreeningContent, 'vitals' | 'results' | 'findings'>>;

export type ReferralInput = Omit<TransferPaper, 'from' | 'to' | 'issuedAt' | 'number'> & {
  readonly number: string;
  readonly to: string;
  readonly issuedAt: string;
};

export interface ConsentInput {
  /** With whom; absent: with every facility. */
  readonly to?: string;
  readonly statedOn: string;
  readonly reason?: string;
}

/** A facility takes back an episode of its own. */
export interface RetractionInput {
  readonly command: 'retract-visit';
  readonly facility?: string;
  readonly episode: string;
  readonly reason: string;
}

export type CommandInput = RetractionInput | PersonCommandInput;

export type PersonCommandInput = { readonly facility?: string; readonly person: PersonInput } & (
  | { readonly command: 'record-visit'; readonly visit: VisitInput }
  | { readonly command: 'complete-screening'; readonly screening: ScreeningInput }
  | { readonly command: 'issue-referral'; readonly referral: ReferralInput }
  | { readonly command: 'give-consent' | 'withdraw-consent'; readonly consent: ConsentInput }
);
