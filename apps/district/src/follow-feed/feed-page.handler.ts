import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import { WorklistReader } from '../worklists/worklist-reader.js';
import { feedItem } from './feed-item.js';
import { FeedPageAfter, type FeedPage } from './feed-page.query.js';

@QueryHandler(FeedPageAfter)
export class FeedPageHandler implements IQueryHandler<FeedPageAfter> {
  constructor(private readonly worklists: WorklistReader) {}

  async execute({ facility, after, limit, hidden }: FeedPageAfter): Promise<FeedPage> {
    // Asked for before the rows: whatever lies up to it is then among them, and nothing is passed over.
    const position = await this.worklists.position();
    const items = (await this.worklists.steps(facility, after, limit)).map((row) => feedItem(row, hidden));
    const last = items.at(-1)?.position ?? after;
    const caughtUp = items.length < limit;
    return { items, next: caughtUp ? Math.max(last, position) : last, caughtUp };
  }
}
