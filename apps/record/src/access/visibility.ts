import { type SensitiveClass, sensitiveClasses } from '#domain/sensitive-classes.js';
import type { Caller } from '#security/caller.js';
import { mayUse, type SmartScope } from '#security/smart-scopes.js';
import { FhirFault } from '../http/fhir-fault.js';

/** Whose records a caller may read. Organizations are open to everybody who may read records at all. */
type Whose =
  | { readonly kind: 'everybody' }
  /** Residents the facility is concerned with: seen, screened, registered or observed there, referred from or to it. */
  | { readonly kind: 'facility'; readonly facility: string }
  | { readonly kind: 'resident'; readonly resident: string };

/** What of a record is shown. Plain values: views of earlier moments are kept by them. */
export interface Shown {
  /** Sensitive classes that are shown whoever recorded them. */
  readonly classes?: readonly SensitiveClass[];
  /** The facility whose own documents are shown whole: it knows what it has recorded itself. */
  readonly own?: string;
  /** Shown though the resident does not share the record: to the resident, and where the glass was broken. */
  readonly regardless?: true;
  /** Scopes of SMART, where the token has any: types that they do not let it read are not shown. */
  readonly smart?: readonly SmartScope[];
}

export type Visibility = Whose & Shown;

/** @throws FhirFault 403 for callers whose kind reads no health records, whatever their scopes */
export function visibilityOf(caller: Caller): Visibility {
  const { emergency, smart } = caller;
  if (emergency) {
    const { resident } = emergency;
    return { kind: 'resident', resident, classes: sensitiveClasses, regardless: true, ...(smart && { smart }) };
  }
  const whose = whoseOf(caller);
  return { ...whose, ...shownTo(caller), ...(whose.kind === 'resident' && { regardless: true }) };
}

function shownTo({ scopes, facility, smart }: Caller): Shown {
  return {
    classes: sensitiveClasses.filter((one) => scopes.has(`sensitive.${one}`)),
    ...(facility !== undefined && { own: facility }),
    ...(smart && { smart }),
  };
}

/** The same of everybody's record: for a view that holds one record alone, and of it what the caller may read. */
export function ofEverybody({ classes, own, smart }: Visibility): Visibility {
  return {
    kind: 'everybody',
    regardless: true,
    ...(classes && { classes }),
    ...(own !== undefined && { own }),
    ...(smart && { smart }),
  };
}

/** Classes that are hidden, but for the own facility's documents. */
export function hiddenClasses({ classes = [] }: Shown): readonly SensitiveClass[] {
  return sensitiveClasses.filter((one) => !classes.includes(one));
}

/** Whether resources of the type may come along with others. */
export const showsType = (shown: Shown, type: string): boolean => mayUse(shown, type, 'r');

function whoseOf(caller: Caller): Whose {
  switch (caller.kind) {
    case 'station':
    case 'hospital':
      if (caller.facility === undefined) throw forbidden();
      return { kind: 'facility', facility: caller.facility };
    case 'clinician':
      return caller.facility === undefined ? { kind: 'everybody' } : { kind: 'facility', facility: caller.facility };
    case 'resident':
      if (caller.resident === undefined) throw forbidden();
      return { kind: 'resident', resident: caller.resident };
    case 'province':
    case 'operator':
      throw forbidden();
    default:
      return caller.kind satisfies never;
  }
}

const forbidden = (): FhirFault =>
  new FhirFault(403, 'forbidden', {
    vi: 'Tài khoản này không được đọc hồ sơ sức khỏe.',
    en: 'This caller may not read health records.',
  });
