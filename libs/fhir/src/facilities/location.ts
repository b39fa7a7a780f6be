import type { Location } from '@medplum/fhirtypes';
import type { FacilityDocument } from '../documents.js';
import { facilityReference, given } from '../elements.js';
import { facilityCodeSystem } from '../systems.js';
import { organizationOf } from './organization.js';

/** Where a facility stands: one site, of the same code. */
export function locationOf(document: FacilityDocument): Location {
  const { name, address, active } = organizationOf(document);
  const { code } = document.facility;
  return given<Location>({
    resourceType: 'Location',
    id: code,
    identifier: [{ system: facilityCodeSystem, value: code }],
    status: active === true ? 'active' : 'inactive',
    name,
    mode: 'instance',
    address: address?.[0],
    managingOrganization: facilityReference(code, { facilityName: () => name }),
  });
}
