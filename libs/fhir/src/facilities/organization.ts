import type { CareLevel, FacilityKind } from '#domain/facilities/facility-events.js';
import type { Address, Organization } from '@medplum/fhirtypes';
import type { FacilityDocument } from '../documents.js';
import { coding, given, text } from '../elements.js';
import { codeSystems, extensions, facilityCodeSystem } from '../systems.js';

/** Vietnamese names. */
export const facilityKinds: Readonly<Record<FacilityKind, string>> = {
  'commune-station': 'Trạm y tế xã',
  'district-health-centre': 'Trung tâm y tế khu vực',
  'district-hospital': 'Bệnh viện khu vực',
  'provincial-hospital': 'Bệnh viện tỉnh',
  other: 'Cơ sở khác',
};
/** Vietnamese names. */
export const careLevels: Readonly<Record<CareLevel, string>> = {
  initial: 'Cấp ban đầu',
  basic: 'Cấp cơ bản',
  specialised: 'Cấp chuyên sâu',
};

export function organizationOf({ facility, closedOn }: FacilityDocument): Organization {
  const place = facility.places.at(-1);
  const places = (
    [
      [extensions.province, facility.provinceCode],
      [extensions.district, place?.districtCode],
      [extensions.commune, place?.communeCode],
    ] as const
  ).flatMap(([url, code]) => {
    const valueCoding = coding(codeSystems.place, code);
    return valueCoding ? [{ url, valueCoding }] : [];
  });
  return given<Organization>({
    resourceType: 'Organization',
    id: facility.code,
    identifier: [{ system: facilityCodeSystem, value: facility.code }],
    active: closedOn === undefined,
    type: [
      { coding: [{ system: codeSystems.organizationType, code: 'prov', display: 'Healthcare Provider' }] },
      { coding: [{ system: codeSystems.facilityKind, code: facility.kind, display: facilityKinds[facility.kind] }] },
      {
        coding: [{ system: codeSystems.careLevel, code: facility.careLevel, display: careLevels[facility.careLevel] }],
      },
    ],
    name: text(facility.name) ?? facility.code,
    address: [given<Address>({ use: 'work', country: 'VN', extension: places })],
  });
}
