import type { Bundle, Patient, Resource } from '@medplum/fhirtypes';
import { patientSummary } from '#fhir/summary/patient-summary.js';
import { summarizedTypes } from '#fhir/summary/sections.js';
import { type SelectedSection, SummarySelection } from '#fhir/summary/summary-selection.js';
import type { Visibility } from '../access/visibility.js';
import { FhirFault, notFound } from '../http/fhir-fault.js';
import type { RecordReader } from '../reading/record-reader.js';
import type { StoredDocuments } from '../reading/stored-documents.js';

const documentsAtOnce = 100;
/** Far more than a life has. */
const mostDocuments = 5_000;

/** Who takes part in care, and what is given: entries name them, and are read without asking the server again. */
const supportingTypes = /^(?:Organization|Practitioner|PractitionerRole|Medication)\//;

/** `Patient/$summary`: reads one resident's record once and tells the main of it. */
export class SummaryReader {
  constructor(
    private readonly documents: StoredDocuments,
    private readonly reader: RecordReader,
  ) {}

  /**
   * @param at the moment whose knowledge is told, in milliseconds since 1970
   * @param base URL of the FHIR service, without a slash at the end
   * @throws FhirFault 404 when there is no such resident or the record is not the caller's to read
   */
  async summary(resident: string, at: number, visibility: Visibility, base: string): Promise<Bundle> {
    const patient = await this.#patient(resident, visibility);
    const sections = await this.#sections(patient.number, at, visibility);
    const supporting = await this.#supporting(
      [patient.resource, ...sections.flatMap(({ resources }) => resources)],
      visibility,
    );
    return patientSummary(patient.resource, sections, supporting, base);
  }

  /** Of a record that is part of another, the person whom both are now. */
  async #patient(
    resident: string,
    visibility: Visibility,
  ): Promise<{ readonly number: number; readonly resource: Patient }> {
    const [named] = await this.documents.byIds([resident]);
    if (named?.kind !== 'resident' || !(await this.documents.visible(named, visibility))) throw notFound();
    const number = named.resident ?? named.number;
    const [stored] = number === named.number ? [named] : await this.documents.byNumbers([number]);
    const [resource] = stored ? this.reader.resources(stored, visibility) : [];
    if (resource?.resourceType !== 'Patient') throw notFound();
    return { number, resource };
  }

  async #sections(resident: number, at: number, visibility: Visibility): Promise<readonly SelectedSection[]> {
    const selection = new SummarySelection(at);
    let after = 0;
    for (let read = 0; ; read += documentsAtOnce) {
      if (read >= mostDocuments) throw tooLarge();
      const stored = await this.documents.ofResident(resident, after, documentsAtOnce);
      for (const document of await this.documents.visibleAmong(stored, visibility))
        for (const resource of this.reader.resources(document, visibility))
          if (summarizedTypes.has(resource.resourceType)) selection.add(resource);
      if (stored.length < documentsAtOnce) return selection.sections();
      after = stored.at(-1)?.number ?? after;
    }
  }

  async #supporting(resources: readonly Resource[], visibility: Visibility): Promise<readonly Resource[]> {
    const names = new Set<string>();
    for (const resource of resources) collectReferences(resource, names);
    return [...(await this.reader.readAll([...names], visibility)).values()].filter(isNamed);
  }
}

function collectReferences(value: unknown, names: Set<string>): void {
  if (Array.isArray(value)) for (const one of value as readonly unknown[]) collectReferences(one, names);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name === 'reference' && typeof inner === 'string') {
      if (supportingTypes.test(inner)) names.add(inner);
    } else if (typeof inner === 'object') collectReferences(inner, names);
  }
}

/** IPS wants people to have a name; of some only the certificate is known. */
const isNamed = (resource: Resource): boolean =>
  resource.resourceType !== 'Practitioner' || resource.name !== undefined;

const tooLarge = (): FhirFault =>
  new FhirFault(400, 'too-costly', {
    vi: `Hồ sơ có hơn ${mostDocuments} mục: hãy dùng $everything.`,
    en: `The record has more than ${mostDocuments} documents: use $everything.`,
  });
