import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { parseResidentId, type ResidentId } from '#domain/ids.js';
import { numbersOf } from '#domain/residents/matching/comparable-person.js';
import { foldStream } from '#event-store/decide-and-append.js';
import type { EventStore } from '#event-store/event-store.js';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { ResidentDetails, ResidentIdentifier } from '#domain/residents/resident-content.js';
import { evolveResident, initialResident, type ResidentState } from '#domain/residents/resident.js';
import type { ResidentEvent } from '#domain/residents/resident-events.js';
import { Problem } from '#platform/http/problem.js';
import { EVENT_STORE, FACILITY_REGISTER } from '#platform/injection.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { comparable } from '../identity/comparable-resident.js';
import { ResidentIndex } from '../identity/resident-index.js';
import { residentStreamName } from '../identity/resident-identity.js';
import { MatchReviews, pairOf } from './match-reviews.js';
import { mergeRefused, notTwoOfPair, unknownReview } from './review-problems.js';
import { type ReviewItem, ReviewReader, type ReviewStatus } from './review-reader.js';
import { newEvents, ResidentMerges, type MergeResult, type Reviewer } from './resident-merges.js';

class ReviewParameters {
  @IsOptional()
  @IsIn(['open', 'dismissed', 'merged'])
  readonly status?: ReviewStatus;

  @IsOptional()
  @Matches(/^[1-9]\d{0,15}$/)
  readonly after?: string;

  @IsOptional()
  @Matches(/^([1-9]\d?|100)$/, { message: 'limit must be a number from 1 to 100' })
  readonly limit?: string;
}

class ReasonBody {
  /** In the reviewer's words; kept with the event. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly reason?: string;
}

class MergeBody extends ReasonBody {
  /** The record that goes on: one of the two. */
  @IsString()
  @Matches(/^[0-9a-f-]{36}$/)
  readonly survivor!: string;
}

/** A record of a pair as the reviewer sees it. */
export interface ReviewedRecord {
  readonly id: ResidentId;
  readonly details: ResidentDetails;
  readonly identifiers: readonly ResidentIdentifier[];
  readonly cards: readonly string[];
  readonly motherName?: string;
  readonly seenAt: readonly { readonly facility: string; readonly name?: string; readonly visits: number }[];
  readonly visits: number;
}

export interface ReviewDocument extends ReviewItem {
  readonly records: readonly ReviewedRecord[];
}

export interface ReviewPage {
  readonly items: readonly ReviewItem[];
  /** Address of the next page; absent on the last. */
  readonly next?: string;
}

/** Pairs that may be one person. A facility sees and decides those of which it knows one of the two, an operator all. */
@Controller('match-reviews')
@RequireScope('residents.review')
export class MatchReviewsController {
  constructor(
    private readonly reader: ReviewReader,
    private readonly reviews: MatchReviews,
    private readonly merges: ResidentMerges,
    private readonly index: ResidentIndex,
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(FACILITY_REGISTER) private readonly facilities: FacilityRegister,
  ) {}

  @Get()
  async list(@Query() asked: ReviewParameters, @CurrentCaller() caller: Caller): Promise<ReviewPage> {
    const { status = 'open', limit = '50' } = asked;
    const before = asked.after === undefined ? undefined : Number(asked.after);
    const { items, next } = await this.reader.page(status, scopeOf(caller), before, Number(limit));
    const query = new URLSearchParams({ status, after: String(next), limit });
    return { items, ...(next !== undefined && { next: `/match-reviews?${query.toString()}` }) };
  }

  @Get(':id')
  async show(@Param('id') id: string, @CurrentCaller() caller: Caller): Promise<ReviewDocument> {
    return this.#document(await this.#find(id, caller));
  }

  @Post(':id/merge')
  @HttpCode(200)
  async merge(
    @Param('id') id: string,
    @Body() body: MergeBody,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
  ): Promise<ReviewDocument> {
    const item = await this.#find(id, caller);
    const resident = parseResidentId(body.survivor);
    const joined = item.residents.find((one) => one !== resident);
    if (!resident || !joined || !item.residents.includes(resident)) throw notTwoOfPair();
    const by = reviewerOf(caller, request);
    const result = await this.merges.merge({ resident, joined, reason: body.reason ?? '' }, by);
    if (result.outcome === 'refused') {
      throw mergeRefused(result.reason, await this.#betweenSurvivors(item, by));
    }
    return this.#after(item.id, caller, result);
  }

  @Post(':id/unmerge')
  @HttpCode(200)
  async unmerge(
    @Param('id') id: string,
    @Body() body: ReasonBody,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
  ): Promise<ReviewDocument> {
    const item = await this.#find(id, caller);
    const by = reviewerOf(caller, request);
    const [one, other] = item.residents;
    const reason = body.reason ?? '';
    let result: MergeResult = { outcome: 'refused', reason: 'not-merged' };
    for (const [resident, joined] of [[one, other] as const, [other, one] as const]) {
      if (result.outcome === 'refused') result = await this.merges.unmerge({ resident, joined, reason }, by);
    }
    if (result.outcome === 'refused') throw mergeRefused(result.reason, undefined);
    // Whoever took the two apart does not want to be asked again.
    await this.#dismiss(item, reason, by);
    return this.#after(item.id, caller, result);
  }

  @Post(':id/dismiss')
  @HttpCode(200)
  async dismiss(
    @Param('id') id: string,
    @Body() body: ReasonBody,
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
  ): Promise<ReviewDocument> {
    const item = await this.#find(id, caller);
    if (item.status === 'merged') throw mergeRefused('joined-to-another', undefined);
    await this.#dismiss(item, body.reason ?? '', reviewerOf(caller, request));
    return this.#after(item.id, caller, { outcome: 'done', position: await this.store.head() });
  }

  #dismiss({ residents }: ReviewItem, reason: string, by: Reviewer): Promise<void> {
    return this.reviews.dismiss(pairOf(...residents), reason, (_stream, _revision, events) => newEvents(events, by));
  }

  /** One of the two is part of another record by now: the pair of the records that go on is put on the list instead. */
  async #betweenSurvivors(item: ReviewItem, by: Reviewer): Promise<string | undefined> {
    const [one, other] = await Promise.all(item.residents.map((resident) => this.reader.survivorOf(resident)));
    if (!one || !other || one === other) return undefined;
    const [a, b] = await Promise.all([this.#state(one), this.#state(other)]);
    if (a.status !== 'registered' || b.status !== 'registered') return undefined;
    const weighed = this.index.weigh(comparable(a), comparable(b));
    await this.reviews.suggest(
      { residents: pairOf(one, other), reason: item.reason, weighed },
      (_stream, _revision, events) => newEvents(events, by),
    );
    return one === item.residents[0] && other === item.residents[1] ? undefined : this.reviews.idOf(pairOf(one, other));
  }

  async #after(id: string, caller: Caller, result: MergeResult): Promise<ReviewDocument> {
    if (result.outcome === 'done') await this.reader.upTo(result.position);
    return this.#document(await this.#find(id, caller));
  }

  async #find(id: string, caller: Caller): Promise<ReviewItem> {
    const found = await this.reader.find(id, scopeOf(caller));
    if (!found) throw unknownReview();
    return found;
  }

  async #document(item: ReviewItem): Promise<ReviewDocument> {
    const records = await Promise.all(item.residents.map((resident) => this.#record(resident)));
    return { ...item, records: records.filter((record) => record !== undefined) };
  }

  async #record(resident: ResidentId): Promise<ReviewedRecord | undefined> {
    const state = await this.#state(resident);
    if (state.status === 'unknown') return undefined;
    const seenAt = await this.reader.seenAt(resident);
    const motherName = state.mother?.name;
    return {
      id: resident,
      details: state.details,
      identifiers: numbersOf(comparable(state)),
      cards: state.cards.map(({ number }) => number),
      ...(motherName !== undefined && { motherName }),
      seenAt: seenAt.map(({ facility, visits }) => {
        const name = this.facilities.get(facility)?.name;
        return { facility, ...(name !== undefined && { name }), visits };
      }),
      visits: seenAt.reduce((sum, { visits }) => sum + visits, 0),
    };
  }

  async #state(resident: ResidentId): Promise<ResidentState> {
    const { state } = await foldStream<ResidentState>(
      this.store,
      residentStreamName(resident),
      initialResident,
      (before, event) => evolveResident(before, event as ResidentEvent),
    );
    return state;
  }
}

/** The facility whose pairs a caller may see; `undefined` for an operator, who sees all. */
function scopeOf(caller: Caller): string | undefined {
  if (caller.kind === 'operator') return undefined;
  if (caller.facility) return caller.facility;
  throw new Problem(403, 'no-facility', {
    vi: 'Tài khoản này không thuộc cơ sở nào',
    en: 'This token belongs to no facility',
  });
}

const reviewerOf = (caller: Caller, request: FastifyRequest): Reviewer => ({
  actor: caller.actor,
  correlationId: request.id,
  ...(caller.facility && { facility: caller.facility }),
});
