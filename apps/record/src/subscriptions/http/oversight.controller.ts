import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { IsIn, IsOptional } from 'class-validator';
import { Problem } from '#platform/http/problem.js';
import type { Caller, CallerKind } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { SUBSCRIPTIONS } from '../injection.js';
import type { ContentLevel, DeliveryFault, OffReason } from '../subscription-events.js';
import type { SubscriptionState, SubscriptionStatus } from '../subscription-state.js';
import type { Subscriptions } from '../subscriptions.js';

class OversightParameters {
  @IsOptional()
  @IsIn(['requested', 'active', 'error', 'off'])
  readonly status?: SubscriptionStatus;
}

/** A subscription as operators see it: nothing of whom it is about, no secrets. */
export interface OverseenSubscription {
  readonly id: string;
  readonly kind: CallerKind;
  readonly facility?: string;
  readonly topic: string;
  readonly content: ContentLevel;
  readonly status: SubscriptionStatus;
  readonly offReason?: OffReason;
  readonly failing?: { readonly since: string; readonly fault: DeliveryFault };
  /** Host of the endpoint. */
  readonly host?: string;
  readonly updated: string;
  /** Events there have been, and those the endpoint has taken. */
  readonly events: number;
  readonly delivered: number;
}

/** For operators: who is told of what, how it goes, and the switch. */
@Controller('access/subscriptions')
@RequireScope('operations.read')
export class OversightController {
  constructor(@Inject(SUBSCRIPTIONS) private readonly subscriptions: Subscriptions) {}

  @Get()
  async list(@Query() { status }: OversightParameters): Promise<{ readonly items: readonly OverseenSubscription[] }> {
    const states = await this.subscriptions.all(status);
    return { items: states.map((state) => this.#overseen(state)) };
  }

  @Post(':id/switch-off')
  @HttpCode(200)
  @RequireScope('operations.write')
  async switchOff(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<OverseenSubscription> {
    return this.#found(await this.subscriptions.switchOff(id, caller));
  }

  @Post(':id/release')
  @HttpCode(200)
  @RequireScope('operations.write')
  async release(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<OverseenSubscription> {
    return this.#found(await this.subscriptions.release(id, caller));
  }

  #found(state: SubscriptionState | undefined): OverseenSubscription {
    if (state) return this.#overseen(state);
    throw new Problem(404, 'no-subscription', { vi: 'Không có đăng ký này', en: 'There is no such subscription' });
  }

  #overseen(state: SubscriptionState): OverseenSubscription {
    const { id, rights, definition, status, offReason, failing, updated, last, delivered } = state;
    const { endpoint } = this.subscriptions.channelOf(state);
    return {
      id,
      kind: rights.kind,
      ...(rights.facility !== undefined && { facility: rights.facility }),
      topic: definition.topic,
      content: definition.content,
      status,
      ...(offReason && { offReason }),
      ...(failing && { failing }),
      ...(endpoint !== undefined && { host: new URL(endpoint).host }),
      updated,
      events: last,
      delivered,
    };
  }
}
