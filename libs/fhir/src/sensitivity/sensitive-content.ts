/** What in a FHIR resource tells of a sensitive class, wherever it stands. */
import { type SensitiveClass, sensitiveClassesIn, sensitiveClassOf } from '#domain/sensitive-classes.js';
import type { RecordDocument } from '../documents.js';
import { icd10Systems } from '../reading/read-condition.js';
import { codeSystems } from '../systems.js';

/** LOINC: antibodies, antigens, nucleic acid and typing of HIV, and the count of CD4 cells it is followed by. */
const loincHiv = [
  '7917-8', '7918-6', '22356-0', '22358-6', '24012-7', '29893-5', '33866-5', '5220-9', '5221-7', '5222-5', '5223-3', '5224-1',
  '5225-8', '56888-1', '57975-5', '58900-2', '68961-2', '75622-1', '75666-8', '80203-3', '20447-9', '21333-3', '23876-6',
  '25836-8', '29539-4', '29541-0', '48510-2', '59419-2', '70241-5', '24467-3', '8122-4', '8127-3', '8128-1',
]; // prettier-ignore
const snomedHiv = ['86406008', '62479008', '165816005', '91947003', '91948008', '402915006'];
const snomedMental = ['74732009', '35489007', '370143000', '58214004', '13746004', '69322001', '197480006'];
/** Codes whose system a document need not name. */
const otherCodes: ReadonlySet<string> = new Set([...loincHiv, ...snomedHiv, ...snomedMental, '10', '11']);

/** Antiretrovirals that treat nothing but HIV, or are given for it before all else. Tenofovir and lamivudine alone treat hepatitis B. */
const antiretrovirals =
  /efavirenz|nevirapin|dolutegravir|raltegravir|bictegravir|cabotegravir|lopinavir|ritonavir|atazanavir|darunavir|abacavir|zidovudin|stavudin|didanosin|emtricitabin|rilpivirin|etravirin|(?<![a-z])tld(?![a-z])|(?<![a-z])tle(?![a-z])/;
/** Given for mental illness before all else. */
const psychotropics =
  /olanzapin|risperidon|paliperidon|clozapin|haloperidol|c(?:h)?lorpromazin|levomepromazin|quetiapin|aripiprazol|amisulprid|fluphenazin|lithium|lithi carbonat|methadon|buprenorphin|naltrexon|fluoxetin|sertralin|paroxetin|citalopram|mirtazapin|venlafaxin|duloxetin|fluvoxamin/;
/** Given for other illness as well: of the class only beside such a diagnosis. */
const alsoPsychotropic =
  /amitriptylin|sulpirid|diazepam|clonazepam|bromazepam|lorazepam|alprazolam|zolpidem|zopiclon|valpro|carbamazepin|lamotrigin|trihexyphenidyl/;

/** Diseases of the history list of QĐ 831: 10 mental illness, 11 autism. */
const historyMental: ReadonlySet<string> = new Set(['10', '11']);

/** Classes that anything in the resource tells of: codes, names of drugs and tests, words. */
export function classesIn(resource: unknown): ReadonlySet<SensitiveClass> {
  const found = new Set<SensitiveClass>();
  collect(resource, found);
  return found;
}

/** Whether the resource names a drug that is of the mental-health class beside a diagnosis of it. */
export function isAlsoPsychotropic(resource: unknown): boolean {
  return alsoPsychotropic.test(JSON.stringify(resource).toLowerCase());
}

/**
 * Whether {@link classesIn} could find anything in the resources of a document; a few more than there are.
 * @param written the document as JSON, where the caller has it
 */
export function mayBeSensitive(document: RecordDocument, written: string = JSON.stringify(document)): boolean {
  if (document.kind === 'facility' || document.kind === 'immunization') return false;
  if (document.kind === 'visit' && document.sensitive !== undefined) return true;
  // Between the quotes stand its texts, its names and what is between them: cutting is cheaper than walking through it.
  for (const text of written.split('"')) if (mayTell(text)) return true;
  return false;
}

/** Codes and names of drugs, tests and services come again and again: each is looked through once. */
const lookedThrough = new Map<string, boolean>();
const mostLookedThrough = 20_000;
const longestRepeated = 80;

function mayTell(text: string): boolean {
  if (text.length < 2) return false;
  if (text.length > longestRepeated) return lookThrough(text);
  const known = lookedThrough.get(text);
  if (known !== undefined) return known;
  const tells = lookThrough(text);
  if (lookedThrough.size >= mostLookedThrough) lookedThrough.clear();
  lookedThrough.set(text, tells);
  return tells;
}

const icd10Starts = /^(?:b2[0-4]|r75|z21|f\d\d|o98|z11|z20|z71|x[678]\d|z86|z91)/;

function lookThrough(text: string): boolean {
  // Of a line's end JSON makes a letter, which would hide the word behind it.
  const plain = text
    .replace(/\\[bfnrt]/g, ' ')
    .normalize('NFC')
    .toLowerCase();
  return (
    icd10Starts.test(plain) ||
    otherCodes.has(plain) ||
    antiretrovirals.test(plain) ||
    psychotropics.test(plain) ||
    sensitiveClassesIn(plain).length > 0
  );
}

function collect(value: unknown, found: Set<SensitiveClass>): void {
  if (typeof value === 'string') {
    const text = value.toLowerCase();
    for (const one of sensitiveClassesIn(text)) found.add(one);
    if (antiretrovirals.test(text)) found.add('hiv');
    if (psychotropics.test(text)) found.add('mental-health');
    return;
  }
  if (Array.isArray(value)) {
    for (const one of value) collect(one, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  // Whom it refers to says nothing of what it is: a hospital may be called after what it treats.
  if ('reference' in value) return;
  const { system, code } = value as { readonly system?: unknown; readonly code?: unknown };
  if (typeof code === 'string') {
    const known = classOfCode(typeof system === 'string' ? system : undefined, code);
    if (known) found.add(known);
  }
  for (const name in value) {
    // Names of systems, and what a sender labelled it, say nothing of the content.
    if (name === 'system' || name === 'url' || name === 'meta' || name === 'id') continue;
    collect((value as Readonly<Record<string, unknown>>)[name], found);
  }
}

function classOfCode(system: string | undefined, code: string): SensitiveClass | undefined {
  if (system === undefined || icd10Systems.includes(system)) return sensitiveClassOf(code);
  switch (system) {
    case codeSystems.loinc:
      return loincHiv.includes(code) ? 'hiv' : undefined;
    case codeSystems.snomed:
      return snomedHiv.includes(code) ? 'hiv' : snomedMental.includes(code) ? 'mental-health' : undefined;
    case codeSystems.historyDisease:
      return historyMental.has(code) ? 'mental-health' : undefined;
    default:
      return undefined;
  }
}
