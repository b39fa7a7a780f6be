import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { ResidentId } from '#domain/ids.js';
import type { EventStore } from '#event-store/event-store.js';
import type { Grant, TokenIssuer } from '#security/token-issuer.js';

const hours = 12;

const pages = [
  ['Bảng điều hành tỉnh / province dashboard', '/'],
  ['Chuyển tuyến / referral inbox', '/inbox'],
  ['Hồ sơ một người / a resident’s record', '/records'],
  ['Hồ sơ có thể trùng / records to compare', '/reviews'],
  ['Hồ sơ sức khỏe FHIR R4 / health record', '/fhir/metadata'],
  ['Gửi dữ liệu / intake', '/intake/messages'],
  ['Tài liệu API / API documentation', '/docs'],
] as const;

const names: Readonly<Record<Grant['kind'], string>> = {
  station: 'Trạm y tế xã / commune station',
  hospital: 'Bệnh viện, trung tâm y tế / hospital',
  clinician: 'Bác sĩ / clinician',
  province: 'Sở Y tế / province',
  resident: 'Người dân / resident',
  operator: 'Quản trị / operator',
};

export function addressesOf(origin: string): string {
  return pages.map(([name, path]) => `  ${name.padEnd(42)} ${origin}${path}`).join('\n');
}

/** A token for each kind of user there can be one for, ready to be pasted, and a link that logs a browser in. */
export async function readyMadeTokens(
  issuer: TokenIssuer,
  origin: string,
  facilities: FacilityRegister,
  events: EventStore,
): Promise<string> {
  const blocks: string[] = [];
  for (const grant of await exampleGrants(facilities, events)) {
    const token = await issuer.issue(grant);
    const whom = [names[grant.kind], grant.facility ?? grant.resident].filter(Boolean).join(' · ');
    blocks.push(`  ${whom}\n    ${token}\n    ${origin}/login#token=${token}`);
  }
  return `${blocks.join('\n')}\n  (${hours} giờ / hours · npm run -s token -- --help)`;
}

async function exampleGrants(facilities: FacilityRegister, events: EventStore): Promise<readonly Grant[]> {
  const all = facilities.all();
  const station = all.find(({ kind }) => kind === 'commune-station');
  const hospital =
    all.find(({ code }) => code === station?.refersTo) ?? all.find(({ kind }) => kind !== 'commune-station');
  const resident = await firstResident(events);
  return [
    ...(station ? [{ kind: 'station' as const, facility: station.code, hours }] : []),
    ...(hospital ? [{ kind: 'hospital' as const, facility: hospital.code, hours }] : []),
    { kind: 'clinician', hours },
    { kind: 'province', hours },
    ...(resident ? [{ kind: 'resident' as const, resident, hours }] : []),
    { kind: 'operator', hours },
  ];
}

async function firstResident(events: EventStore): Promise<ResidentId | undefined> {
  for await (const batch of events.readAll({ filter: { types: ['ResidentRegistered'] }, batchSize: 1 })) {
    const [event] = batch.events;
    if (event) return event.metadata.subject as ResidentId | undefined;
  }
  return undefined;
}
