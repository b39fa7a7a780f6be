import type { ResidentId } from '#domain/ids.js';
import { immunizationStream } from '#domain/streams.js';
import { streamName } from '#event-store/event-store.js';
import { documentIdOf } from '#fhir/resource-ids.js';
import type { ObservedImmunization } from '#station-formats/station-message.js';
import { immunizationId } from '../intake/immunization-intake.js';

/** Id of the Immunization that the record makes of a dose. */
export function immunizationResourceId(id: ReturnType<typeof immunizationId>): string {
  const { category, key } = immunizationStream(id);
  return documentIdOf(streamName(category, key));
}

/** Content whose references to doses of the same message (`Immunization/$dose-0`) lead to where these are, now that the resident is known. */
export function withDoseReferences<Content>(
  content: Content,
  doses: readonly ObservedImmunization[],
  resident: ResidentId,
): Content {
  if (doses.length === 0) return content;
  const text = JSON.stringify(content);
  if (!text.includes('Immunization/$dose-')) return content;
  return JSON.parse(
    text.replace(/(?<="Immunization\/)\$dose-(\d+)(?=")/g, (written, index: string) => {
      const dose = doses[Number(index)];
      return dose ? immunizationResourceId(immunizationId(dose, resident)) : written;
    }),
  ) as Content;
}
