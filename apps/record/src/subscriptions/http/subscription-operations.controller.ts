import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { Bundle } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RawBody } from '#platform/http/body-parsers.js';
import { lastEventId, sendEventStream } from '#platform/http/event-stream.js';
import { signalOf } from '#platform/http/gone.js';
import { STOPPING } from '#platform/injection.js';
import type { AuditTrail } from '#security/audit/audit-trail.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { disclosureOf, writeDisclosure } from '#security/http/audit-hooks.js';
import { AUDIT_TRAIL } from '#security/injection.js';
import { requireUse } from '../../access/smart-access.js';
import { FhirFault } from '../../http/fhir-fault.js';
import { asFhir, baseOf, checkedId } from '../../http/fhir-http.js';
import { OutcomeFilter } from '../../http/outcome.filter.js';
import { EVENT_FEED, SUBSCRIPTIONS } from '../injection.js';
import type { EventFeed } from '../reading/event-feed.js';
import { statusOf } from '../reading/notifications.js';
import type { SubscriptionState } from '../subscription-state.js';
import type { Subscriptions } from '../subscriptions.js';
import {
  eventsAsked,
  eventsParameters,
  subscriptionParametersIn,
  subscriptionSearch,
  wantsStream,
} from './subscription-requests.js';

/** `Subscription/$status` and `$events` (backport-subscription-status, backport-subscription-events). */
@Controller('fhir/Subscription')
@RequireScope('record.read')
@UseFilters(OutcomeFilter)
export class SubscriptionOperationsController {
  constructor(
    @Inject(SUBSCRIPTIONS) private readonly subscriptions: Subscriptions,
    @Inject(EVENT_FEED) private readonly feed: EventFeed,
    @Inject(STOPPING) private readonly stopping: AbortSignal,
    @Inject(AUDIT_TRAIL) private readonly trail: AuditTrail,
  ) {}

  @Get('$status')
  statuses(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#statuses(caller, undefined, request, reply);
  }

  @Post('$status')
  @RawBody()
  @HttpCode(200)
  statusesByPost(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#statuses(caller, body, request, reply);
  }

  @Get(':id/$status')
  status(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#status(caller, id, undefined, request, reply);
  }

  @Post(':id/$status')
  @RawBody()
  @HttpCode(200)
  statusByPost(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#status(caller, id, body, request, reply);
  }

  @Get(':id/$events')
  events(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#events(caller, id, undefined, request, reply);
  }

  @Post(':id/$events')
  @RawBody()
  @HttpCode(200)
  eventsByPost(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.#events(caller, id, body, request, reply);
  }

  async #statuses(
    caller: Caller,
    body: Buffer | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Bundle> {
    requireUse(caller, 'Subscription', 's');
    const parameters = subscriptionParametersIn(request, body, ['id', 'status']);
    return this.#asStatuses(await this.subscriptions.search(caller, subscriptionSearch(parameters)), request, reply);
  }

  /** At one subscription the parameters mean nothing, and are passed over as the operation says. */
  async #status(
    caller: Caller,
    id: string,
    body: Buffer | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Bundle> {
    requireUse(caller, 'Subscription', 'r');
    subscriptionParametersIn(request, body, ['id', 'status']);
    return this.#asStatuses([await this.subscriptions.read(checkedId(id), caller)], request, reply);
  }

  #asStatuses(states: readonly SubscriptionState[], request: FastifyRequest, reply: FastifyReply): Bundle {
    asFhir(reply);
    const entry = states.map((state) => {
      const status = statusOf(state, 'query-status');
      return {
        fullUrl: `urn:uuid:${status.id}`,
        resource: status,
        search: { mode: 'match' as const },
      };
    });
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      total: entry.length,
      link: [{ relation: 'self', url: `${baseOf(request)}/Subscription/$status` }],
      ...(entry.length > 0 && { entry }),
    };
  }

  async #events(
    caller: Caller,
    id: string,
    body: Buffer | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    requireUse(caller, 'Subscription', 'r');
    const parameters = subscriptionParametersIn(request, body, eventsParameters);
    const state = await this.#fetchable(id, caller);
    const { waitMs, ...asked } = eventsAsked(parameters, state.definition.content);
    const disclosure = disclosureOf(request);
    reply.header('vary', 'accept');
    if (wantsStream(request)) {
      const since = (lastEventId(request) ?? asked.since - 1) + 1;
      const allowed = (): Promise<SubscriptionState | undefined> =>
        this.#fetchable(id, caller).catch((error: unknown) => {
          if (error instanceof FhirFault) return undefined;
          throw error;
        });
      await sendEventStream(reply, this.stopping, (ended) =>
        this.feed.follow(allowed, caller, { ...asked, since }, ended, async (residents) => {
          for (const resident of residents) disclosure.residents.add(resident);
          await writeDisclosure(this.trail, disclosure, 200);
        }),
      );
      return;
    }
    const ended = AbortSignal.any([signalOf(reply), this.stopping]);
    if (waitMs > 0) await this.feed.reached(state.id, asked.since, waitMs, ended);
    const now = waitMs > 0 ? await this.#fetchable(id, caller) : state;
    const { bundle, residents, next } = await this.feed.page(now, caller, asked);
    for (const resident of residents) disclosure.residents.add(resident);
    await asFhir(reply).send(next === undefined ? bundle : withNext(bundle, baseOf(request), id, parameters, next));
  }

  /** @throws FhirFault 403 when an operator has switched it off */
  async #fetchable(id: string, caller: Caller): Promise<SubscriptionState> {
    const state = await this.subscriptions.read(checkedId(id), caller);
    if (state.offReason !== 'operator') return state;
    throw new FhirFault(403, 'forbidden', {
      vi: 'Người vận hành đã tắt đăng ký này.',
      en: 'An operator has switched this subscription off.',
    });
  }
}

function withNext(bundle: Bundle, base: string, id: string, parameters: URLSearchParams, next: number): Bundle {
  const following = new URLSearchParams(parameters);
  following.set('eventsSinceNumber', String(next));
  following.delete('wait');
  const { entry, ...rest } = bundle;
  const link = [{ relation: 'next', url: `${base}/Subscription/${id}/$events?${following.toString()}` }];
  return { ...rest, link, ...(entry && { entry }) };
}
