/** Results of a visit by the service they are of: what a laboratory or an imaging department reports together. */
import type { DateTime } from '#domain/dates.js';
import type { ResultLine, VisitContent } from '#domain/visits/visit-content.js';
import type { KeptElements } from '#domain/kept-resources/kept-content.js';
import { code } from '../elements.js';
import type { PartNames } from '../resource-ids.js';
import type { ObservationPart } from './encounter-content.js';

export interface ReportPart {
  readonly part: string;
  /** MA_DICH_VU; absent where results name their group alone. */
  readonly service?: string;
  readonly serviceName?: string;
  /** Diagnostic service section (HL7 v2 table 0074). */
  readonly section: 'LAB' | 'RAD' | 'OTH';
  readonly at: DateTime;
  /** Parts of the Observations. */
  readonly results: readonly string[];
  /** What the results' own words conclude, each once. */
  readonly conclusions: readonly string[];
  readonly kept?: KeptElements;
}

type ResultPart = Extract<ObservationPart, { readonly kind: 'result' }>;

/** MA_NHOM 1 laboratory, 2 imaging; 3 function tests and the rest have no section of their own. */
const sections: Readonly<Record<string, ReportPart['section']>> = { '1': 'LAB', '2': 'RAD' };

/** A result that names neither service nor group was told by itself, with its report if it has one. */
export function reportParts(
  names: PartNames,
  observations: readonly ObservationPart[],
  { services, keptObservations = {} }: Pick<VisitContent, 'services' | 'keptObservations'>,
): readonly ReportPart[] {
  const reported = observations.filter(
    (part): part is ResultPart => part.kind === 'result' && keyOf(part.line) !== undefined,
  );
  return [...Map.groupBy(reported, ({ line }) => keyOf(line))].flatMap(([, results]) => {
    const [first] = results;
    if (!first) return [];
    const service = code(first.line.serviceCode);
    const ordered = services.find((line) => !line.supply && code(line.code) === service);
    const group = (first.line.group ?? ordered?.group ?? '1').replace(/^0+/, '');
    const conclusions = results.flatMap(({ line }) => line.conclusion?.trim() ?? []).filter((words) => words !== '');
    const part = names.name('d', service ?? `g${group}`);
    const kept = Object.hasOwn(keptObservations, part) ? keptObservations[part] : undefined;
    return [
      {
        part,
        ...(service !== undefined && { service }),
        ...(ordered?.display !== undefined && { serviceName: ordered.display }),
        section: sections[group] ?? 'OTH',
        at: first.at,
        results: results.map((one) => one.part),
        conclusions: [...new Set(conclusions)],
        ...(kept && { kept }),
      },
    ];
  });
}

/** Results of one service at one time. */
function keyOf({ serviceCode, group, at }: ResultLine): string | undefined {
  const service = code(serviceCode);
  if (service === undefined && group === undefined) return undefined;
  return `${service ?? ''} ${group ?? ''} ${at ?? ''}`;
}
