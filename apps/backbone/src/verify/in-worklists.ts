import type { FacilityDetails } from '#domain/facilities/facility-events.js';
import type { Client } from './client.js';
import { isReceived, isSentBack } from './in-record.js';
import type { Comparison, Truth } from './truth.js';

interface Item {
  readonly id: string;
  readonly status: string;
  readonly from: { readonly code: string };
}

/** The counts as each facility sees them: what stations sent, and what the hospitals got of it. */
export async function compareWorklists(
  truth: Truth,
  client: Client,
  facilities: readonly FacilityDetails[],
): Promise<readonly Comparison[]> {
  const place = 'worklists' as const;
  const stations = facilities.filter(({ kind }) => kind === 'commune-station');
  const outgoing = (await Promise.all(stations.map((station) => worklist(client, station, 'outgoing')))).flat();
  const hospitals = facilities.filter(({ kind }) => kind !== 'commune-station');
  const ofStations = new Set<string>(stations.map(({ code }) => code));
  const incoming = (await Promise.all(hospitals.map((hospital) => worklist(client, hospital, 'incoming'))))
    .flat()
    .filter(({ from }) => ofStations.has(from.code));
  const count = (items: readonly Item[], is: (status: string) => boolean): number =>
    items.filter(({ status }) => is(status)).length;
  return [
    { place, figure: 'referrals up, sent', expected: truth.referralsUp, got: outgoing.length },
    { place, figure: 'referrals up, to receive', expected: truth.referralsUp, got: incoming.length },
    {
      place,
      figure: 'referrals received, at the sender',
      expected: truth.referralsReceived,
      got: count(outgoing, isReceived),
    },
    {
      place,
      figure: 'referrals received, at the hospital',
      expected: truth.referralsReceived,
      got: count(incoming, isReceived),
    },
    { place, figure: 'referrals back, at the sender', expected: truth.backReferrals, got: count(outgoing, isSentBack) },
    {
      place,
      figure: 'referrals back, at the hospital',
      expected: truth.backReferrals,
      got: count(incoming, isSentBack),
    },
  ];
}

async function worklist(
  client: Client,
  { code, kind }: FacilityDetails,
  direction: 'incoming' | 'outgoing',
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let after = ''; ;) {
    const page = await client.get<{ items: Item[]; next?: string }>(
      `/referrals?facility=${code}&direction=${direction}&limit=100${after && `&after=${after}`}`,
      { kind: kind === 'commune-station' ? 'station' : 'hospital', facility: code },
    );
    items.push(...page.items);
    if (page.next === undefined) return items;
    after = page.next;
  }
}
