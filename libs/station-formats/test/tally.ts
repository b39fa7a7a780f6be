import type { VisitContent } from '#domain/visits/visit-content.js';
import type { StationMessage } from '../src/station-message.js';

/** What can be counted by reading messages alone, without identifying residents. */
export interface Tally {
  readonly visits: number;
  readonly byFacility: Readonly<Record<string, number>>;
  readonly byDiagnosis: Readonly<Record<string, number>>;
  readonly insuredVisits: number;
  readonly referralsUp: number;
  readonly referralsReceived: number;
  readonly backReferrals: number;
}

/** Counts episodes, the last message of each deciding; a health record adds an episode only where no envelope told of it. */
export function tally(messages: readonly StationMessage[], centre: string): Tally {
  const episodes = new Map<string, VisitContent>();
  for (const message of messages) {
    for (const { source, visits } of message.records) {
      for (const { visit } of visits) {
        const key = `${visit.facility} ${visit.episode}`;
        if (source === 'insurance-claim' || !episodes.has(key)) episodes.set(key, visit);
      }
    }
  }
  const visits = [...episodes.values()];
  const papers = visits.flatMap(({ transfer }) => (transfer ? [transfer] : []));
  const up = new Set(papers.filter((paper) => paper.from !== centre).map((paper) => `${paper.from} ${paper.number}`));
  const back = new Set(papers.filter((paper) => paper.from === centre).map((paper) => `${paper.from} ${paper.number}`));
  const arrived = visits.flatMap(({ arrivedWith }) =>
    arrivedWith ? [`${arrivedWith.from} ${arrivedWith.number}`] : [],
  );
  return {
    visits: visits.length,
    byFacility: countBy(visits.map((visit) => visit.facility)),
    byDiagnosis: countBy(
      visits.map((visit) => visit.diagnoses.find((diagnosis) => diagnosis.role === 'main')?.code ?? ''),
    ),
    insuredVisits: visits.filter((visit) => visit.insured).length,
    referralsUp: up.size,
    referralsReceived: new Set(arrived.filter((paper) => up.has(paper))).size,
    backReferrals: back.size,
  };
}

export function countBy(keys: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
