import type { DomainEvent } from '#domain/domain-events.js';
import { addDays, type LocalDate } from '#domain/dates.js';
import { day, livesIn, referral, registered, residentId, visitRecorded } from './events.js';

const communes = ['02266', '02302', '02269', '02296'] as const;
const illnesses = ['I10', 'I10', 'E11.9', 'J06.9', 'A09', 'K29.7', 'M54.5', 'J44.9', 'S61.9'] as const;

/** A synthetic half year of two stations: the same numbers every time. */
export function sampleProvince(people = 60, last: LocalDate = day('2026-11-20')): readonly DomainEvent[] {
  const events: DomainEvent[] = [];
  const draw = lcg(42);
  for (let number = 1; number <= people; number += 1) {
    const commune = communes[draw(communes.length)] ?? '02266';
    const station = commune === '02302' || commune === '02296' ? '08Z20' : '08Z11';
    const residence = livesIn(commune);
    const who = residentId(number);
    const first = addDays(last, -draw(170));
    events.push(registered(who, { birthDate: String(1935 + draw(75)), residence, by: station, on: first }));
    const illness = illnesses[draw(illnesses.length)] ?? 'A09';
    for (let visit = 0, on = first; visit < 1 + draw(5) && on <= last; visit += 1, on = addDays(on, 20 + draw(15))) {
      events.push(
        visitRecorded(who, {
          facility: station,
          episode: `${number}.${visit}`,
          start: `${on}T08:${String(10 + draw(50))}:00+07:00`,
          insured: draw(20) > 0,
          codes: draw(4) === 0 ? [illness, 'E11.9'] : [illness],
          residence,
          ...(draw(3) > 0 && { pressure: [112 + draw(45), 66 + draw(26)] as const }),
          ...(illness === 'E11.9' && { glucose: 4.8 + draw(60) / 10 }),
        }),
      );
    }
    if (number % 8 === 0) events.push(...referralOf(number, station, first, draw, residence));
  }
  return events;
}

function referralOf(
  number: number,
  station: string,
  on: LocalDate,
  draw: (below: number) => number,
  residence: ReturnType<typeof livesIn>,
): readonly DomainEvent[] {
  const paper = referral(residentId(number), `CT${number}`, station);
  const all = [
    paper.issued(`${on}T09:00:00+07:00`, 'up', residence),
    paper.arrived(`${on}T14:00:00+07:00`),
    paper.answered(`${addDays(on, 1)}T10:00:00+07:00`),
    paper.back(`${addDays(on, 2)}T10:00:00+07:00`),
  ];
  return all.slice(0, 1 + draw(4));
}

/** Numbers that look random and never change. */
function lcg(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}
