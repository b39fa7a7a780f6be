import { Inject, Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FacilityCode } from '#domain/ids.js';
import { eventFrame } from '#platform/http/event-streams.js';
import { News, pause } from '#platform/http/news.js';
import { STOPPING } from '#platform/injection.js';
import { WorklistReader } from '../worklists/worklist-reader.js';
import { FeedPageAfter } from './feed-page.query.js';

const pageSize = 200;
const heartbeatMs = 15_000;
/** Many steps that come at once are sent as one page. */
const gatherMs = 50;
/** A reader must show its token again from time to time; `EventSource` does so by itself. */
const longestMs = 30 * 60_000;

/** Feeds as `text/event-stream` (WHATWG HTML §9.2): catch-up, then live, each event id being the position to go on from. */
@Injectable()
export class LiveFeeds {
  constructor(
    @Inject(STOPPING) private readonly stopping: AbortSignal,
    private readonly queries: QueryBus,
    private readonly worklists: WorklistReader,
  ) {}

  /** Ends when the reader has gone, the service stops, or the time is over. Pulled: a slow reader is not written ahead for. */
  async *follow(facility: FacilityCode, after: number, gone: AbortSignal): AsyncGenerator<string> {
    const ended = AbortSignal.any([gone, this.stopping, AbortSignal.timeout(longestMs)]);
    const news = new News();
    const stopListening = this.worklists.onAdvanced(() => news.bring());
    let position = after;
    try {
      yield 'retry: 2000\n\n';
      while (!ended.aborted) {
        const { items, next, caughtUp } = await this.queries.execute(new FeedPageAfter(facility, position, pageSize));
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
