import type { ViewTransaction } from '#projections/projection.js';
import type { IndexedEvent } from './resident-index.projection.js';

/** Reviews and merges: rare, written one by one. */
export class ReviewRows {
  constructor(private readonly view: ViewTransaction) {}

  async take(event: IndexedEvent): Promise<void> {
    const { type, data, position, recordedAt } = event;
    switch (type) {
      case 'MatchSuggested': {
        const [one, other] = data.residents;
        await this.view.execute(
          `insert into review (id, one, other, status, reason, weight, fields, contradictions, changed_at, position)
           values (?, ?, ?, 'open', ?, ?, ?, ?, ?, ?)
           on conflict (id) do update set status = 'open', reason = excluded.reason, weight = excluded.weight,
             fields = excluded.fields, contradictions = excluded.contradictions, changed_at = excluded.changed_at,
             position = excluded.position`,
          [
            data.review,
            one,
            other,
            data.reason,
            data.weight,
            JSON.stringify(data.fields),
            JSON.stringify(data.contradictions),
            recordedAt,
            position,
          ],
        );
        return;
      }
      case 'MatchDismissed':
        await this.#status('id = ?', [data.review], 'dismissed', event);
        return;
      case 'ResidentsMerged':
        await this.view.execute(
          `insert into merged (joined, resident, link, at) values (?, ?, ?, ?)
           on conflict (joined) do update set resident = excluded.resident, link = excluded.link, at = excluded.at`,
          [data.joined, data.resident, data.link, recordedAt],
        );
        await this.#ofPair(data.resident, data.joined, 'merged', event);
        return;
      case 'ResidentsUnmerged':
        await this.view.execute('delete from merged where joined = ? and link = ?', [data.separated, data.link]);
        await this.#ofPair(data.resident, data.separated, 'dismissed', event);
        return;
      default:
    }
  }

  #ofPair(resident: string, joined: string, status: string, event: IndexedEvent): Promise<void> {
    const pair = resident < joined ? [resident, joined] : [joined, resident];
    return this.#status('one = ? and other = ?', pair, status, event);
  }

  #status(where: string, keys: readonly string[], status: string, event: IndexedEvent): Promise<void> {
    return this.view.execute(`update review set status = ?, changed_at = ?, position = ? where ${where}`, [
      status,
      event.recordedAt,
      event.position,
      ...keys,
    ]);
  }
}
