import type { Bundle, Condition, Encounter, Patient, Resource, ServiceRequest, Task } from '@medplum/fhirtypes';
import type { FacilityDetails } from '#domain/facilities/facility-events.js';
import type { Client } from './client.js';
import { type Comparison, compareCounts, countBy, type Truth } from './truth.js';

/** The counts as a FHIR client finds them, page by page. */
export async function compareRecord(
  truth: Truth,
  client: Client,
  facilities: readonly FacilityDetails[],
): Promise<readonly Comparison[]> {
  const place = 'record' as const;
  const [encounters, conditions, patients, requests, tasks] = [
    await all<Encounter>('Encounter', client),
    await all<Condition>('Condition', client),
    await all<Patient>('Patient', client),
    await all<ServiceRequest>('ServiceRequest', client),
    await all<Task>('Task', client),
  ];
  const codes = new Map(conditions.map(({ id, code }) => [`Condition/${id}`, code?.coding?.[0]?.code]));
  const main = (encounter: Encounter): string | undefined =>
    codes.get(encounter.diagnosis?.find(({ rank }) => rank === 1)?.condition.reference ?? '');
  const stations = new Set(
    facilities.filter(({ kind }) => kind === 'commune-station').map(({ code }) => `Organization/${code}`),
  );
  const up = new Set(
    requests
      .filter(({ requester }) => stations.has(requester?.reference ?? ''))
      .map(({ id }) => `ServiceRequest/${id}`),
  );
  const states = tasks
    .filter(({ focus }) => up.has(focus?.reference ?? ''))
    .map((task) => task.businessStatus?.coding?.[0]?.code ?? '');
  return [
    { place, figure: 'visits', expected: truth.visits, got: encounters.length },
    ...compareCounts(
      place,
      'visits',
      truth.byFacility,
      countBy(encounters, ({ serviceProvider }) => serviceProvider?.reference?.split('/')[1]),
    ),
    ...compareCounts(place, 'visits', truth.byDiagnosis, countBy(encounters, main)),
    {
      place,
      figure: 'residents seen',
      expected: truth.distinctResidentsSeen,
      got: countBy(encounters, ({ subject }) => subject?.reference).size,
    },
    { place, figure: 'residents known', expected: truth.residentsKnown, got: patients.length },
    { place, figure: 'referrals up', expected: truth.referralsUp, got: up.size },
    { place, figure: 'referrals received', expected: truth.referralsReceived, got: states.filter(isReceived).length },
    { place, figure: 'referrals back', expected: truth.backReferrals, got: states.filter(isSentBack).length },
  ];
}

/** The patient has come to the hospital. */
export const isReceived = (state: string): boolean =>
  ['arrived', 'answered', 'referred-back', 'closed'].includes(state);
export const isSentBack = (state: string): boolean => state === 'referred-back';

async function all<R extends Resource>(type: R['resourceType'], client: Client): Promise<readonly R[]> {
  const found: R[] = [];
  for (let path: string | undefined = `/fhir/${type}?_count=100`; path !== undefined;) {
    const page: Bundle<R> = await client.get<Bundle<R>>(path, { kind: 'clinician' });
    found.push(...(page.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : [])));
    path = page.link?.find(({ relation }) => relation === 'next')?.url;
  }
  return found;
}
