import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { SensitiveClass } from '#domain/sensitive-classes.js';
import type { FacilityCode } from '#domain/ids.js';
import { eventFrame, News, pause } from '#platform/http/event-stream.js';
import { WorklistReader } from '../worklists/worklist-reader.js';
import type { FeedItem } from './feed-item.js';
import { FeedPageAfter } from './feed-page.query.js';

const pageSize = 200;
const heartbeatMs = 15_000;
/** Many steps that come at once are sent as one page. */
const gatherMs = 50;

/** Feeds as `text/event-stream` (WHATWG HTML §9.2): catch-up, then live, each event id being the position to go on from. */
@Injectable()
export class LiveFeeds {
  constructor(
    private readonly queries: QueryBus,
    private readonly worklists: WorklistReader,
  ) {}

  /** @param written resolves once it is written down whose steps are sent next */
  async *follow(
    facility: FacilityCode,
    after: number,
    ended: AbortSignal,
    hidden: readonly SensitiveClass[],
    written: (items: readonly FeedItem[]) => Promise<void>,
  ): AsyncGenerator<string> {
    const news = new News();
    const stopListening = this.worklists.onAdvanced(() => news.bring());
    let position = after;
    try {
      yield 'retry: 2000\n\n';
      while (!ended.aborted) {
        const { items, next, caughtUp } = await this.queries.execute(
          new FeedPageAfter(facility, position, pageSize, hidden),
        );
        if (items.length > 0) await written(items);
        for (const item of items) yield eventFrame('step', item.position, item);
        position = next;
        if (!caughtUp) continue;
        if (await news.within(heartbeatMs, ended)) await pause(gatherMs, ended);
        // Says that the line is alive, and moves the reader on past what did not concern it.
        else if (!ended.aborted) yield eventFrame('position', position, { position });
      }
    } finally {
      stopListening();
    }
  }
}
