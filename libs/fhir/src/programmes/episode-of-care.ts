import type { EpisodeOfCare } from '@medplum/fhirtypes';
import type { Programme } from '#domain/programmes/programme.js';
import type { ProgrammeDocument } from '../documents.js';
import { coding, concept, facilityReference, given, reference, type TranslationContext } from '../elements.js';
import { codeSystems, extensions } from '../systems.js';

/** Vietnamese names. */
export const programmeNames: Readonly<Record<Programme, string>> = {
  hypertension: 'Quản lý tăng huyết áp',
  diabetes: 'Quản lý đái tháo đường',
  'copd-asthma': 'Quản lý bệnh phổi tắc nghẽn mạn tính, hen',
  tuberculosis: 'Điều trị bệnh lao',
};

/** `undefined` where no visit of the programme is left. */
export function episodeOfCareOf(
  id: string,
  { resident, programme, visits }: ProgrammeDocument,
  context: TranslationContext,
): EpisodeOfCare | undefined {
  const [first] = visits;
  const last = visits.at(-1);
  if (!first || !last) return undefined;
  const type = concept(
    [coding(codeSystems.programme, programme, programmeNames[programme])],
    programmeNames[programme],
  );
  return given<EpisodeOfCare>({
    resourceType: 'EpisodeOfCare',
    id,
    extension: [
      { url: extensions.lastVisit, valueDateTime: last.start },
      { url: extensions.visitCount, valueInteger: visits.length },
    ],
    // Nobody tells of leaving a programme: how long ago the last visit was is for the reader to weigh.
    status: 'active',
    type: type && [type],
    patient: reference('Patient', resident),
    managingOrganization: facilityReference(last.facility, context),
    period: { start: first.start },
  });
}
