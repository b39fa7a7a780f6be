import type { DiagnosticReport } from '@medplum/fhirtypes';
import type { VisitDocument } from '../documents.js';
import {
  coding,
  concept,
  facilityReference,
  given,
  lines,
  notStated,
  reference,
  type TranslationContext,
} from '../elements.js';
import { resourceId } from '../resource-ids.js';
import { codeSystems } from '../systems.js';
import type { ReportPart } from './report-parts.js';

const sections: Readonly<Record<ReportPart['section'], { readonly display: string; readonly vi: string }>> = {
  LAB: { display: 'Laboratory', vi: 'Kết quả xét nghiệm' },
  RAD: { display: 'Radiology', vi: 'Kết quả chẩn đoán hình ảnh' },
  OTH: { display: 'Other', vi: 'Kết quả cận lâm sàng' },
};

export function diagnosticReportOf(
  id: string,
  { resident, visit }: VisitDocument,
  part: ReportPart,
  context: TranslationContext,
): DiagnosticReport {
  const { display, vi } = sections[part.section];
  return given<DiagnosticReport>({
    resourceType: 'DiagnosticReport',
    id: resourceId(id, part.part),
    status: 'final',
    category: [{ coding: [{ system: codeSystems.diagnosticSection, code: part.section, display }] }],
    code: concept([coding(codeSystems.service, part.service, part.serviceName)], part.serviceName ?? vi) ?? notStated,
    subject: reference('Patient', resident),
    encounter: reference('Encounter', id),
    effectiveDateTime: part.at,
    performer: [facilityReference(visit.facility, context)],
    result: part.results.map((result) => reference('Observation', resourceId(id, result))),
    conclusion: lines(...part.conclusions),
  });
}
