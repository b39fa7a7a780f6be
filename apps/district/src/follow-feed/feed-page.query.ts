import { Query } from '@nestjs/cqrs';
import type { SensitiveClass } from '#domain/sensitive-classes.js';
import type { FacilityCode } from '#domain/ids.js';
import type { FeedItem } from './feed-item.js';

export interface FeedPage {
  /** In the order of the log. */
  readonly items: readonly FeedItem[];
  /** To be given as `after` next time. Grows with the log even where nothing concerned the facility. */
  readonly next: number;
  /** False: there is more behind this page already. */
  readonly caughtUp: boolean;
}

/** The steps that concern a facility behind a position of the log. */
export class FeedPageAfter extends Query<FeedPage> {
  constructor(
    readonly facility: FacilityCode,
    readonly after: number,
    readonly limit: number,
    readonly hidden: readonly SensitiveClass[],
  ) {
    super();
  }
}
