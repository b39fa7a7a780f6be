import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Put,
  Req,
  Res,
  UseFilters,
} from '@nestjs/common';
import type { Bundle } from '@medplum/fhirtypes';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RawBody } from '#platform/http/body-parsers.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { requireUse } from '../../access/smart-access.js';
import { asFhir, baseOf, checkedId, parametersOf, refuseParameters, withForm } from '../../http/fhir-http.js';
import { OutcomeFilter } from '../../http/outcome.filter.js';
import { sentResource } from '../../http/sent-resource.js';
import { SUBSCRIPTIONS } from '../injection.js';
import { subscriptionParameters } from '../subscription-parameters.js';
import type { TopicSubscription } from '../subscription-resource.js';
import type { SubscriptionState } from '../subscription-state.js';
import type { Subscriptions } from '../subscriptions.js';
import { pageAsked, subscriptionSearch, versionIn } from './subscription-requests.js';

/** Subscriptions as a resource: create, read, search, update, delete. */
@Controller('fhir/Subscription')
@RequireScope('record.read')
@UseFilters(OutcomeFilter)
export class SubscriptionController {
  constructor(@Inject(SUBSCRIPTIONS) private readonly subscriptions: Subscriptions) {}

  @Post()
  @RawBody()
  async create(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TopicSubscription> {
    requireUse(caller, 'Subscription', 'c');
    refuseParameters(parametersOf(request), []);
    const state = await this.subscriptions.create(
      sentResource(body, request.headers['content-type']),
      caller,
      baseOf(request),
    );
    reply.status(201).header('Location', `${baseOf(request)}/Subscription/${state.id}`);
    return this.#shown(state, reply);
  }

  @Get()
  search(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#search(caller, parametersOf(request), request, reply);
  }

  @Post('_search')
  @HttpCode(200)
  @RawBody()
  searchByPost(
    @CurrentCaller() caller: Caller,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Bundle> {
    return this.#search(caller, withForm(body, request), request, reply);
  }

  @Get(':id')
  async read(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TopicSubscription> {
    requireUse(caller, 'Subscription', 'r');
    refuseParameters(parametersOf(request), []);
    return this.#shown(await this.subscriptions.read(checkedId(id), caller), reply);
  }

  @Put(':id')
  @RawBody()
  async update(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: Buffer | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TopicSubscription> {
    requireUse(caller, 'Subscription', 'u');
    refuseParameters(parametersOf(request), []);
    const version = versionIn(request.headers['if-match']);
    return this.#shown(
      await this.subscriptions.change(
        checkedId(id),
        sentResource(body, request.headers['content-type']),
        caller,
        baseOf(request),
        version,
      ),
      reply,
    );
  }

  @Delete(':id')
  @HttpCode(204)
  async delete(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    requireUse(caller, 'Subscription', 'd');
    await this.subscriptions.delete(checkedId(id), caller);
  }

  async #search(
    caller: Caller,
    parameters: URLSearchParams,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Bundle> {
    requireUse(caller, 'Subscription', 's');
    refuseParameters(parameters, [...Object.keys(subscriptionParameters), '_count', '_page']);
    const { count, page } = pageAsked(parameters);
    const found = await this.subscriptions.search(caller, subscriptionSearch(parameters));
    const shown = found.slice(page * count, (page + 1) * count);
    const address = `${baseOf(request)}/Subscription`;
    const further = new URLSearchParams(parameters);
    further.set('_page', String(page + 1));
    asFhir(reply);
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      total: found.length,
      link: [
        { relation: 'self', url: parameters.size === 0 ? address : `${address}?${parameters.toString()}` },
        ...(found.length > (page + 1) * count ? [{ relation: 'next', url: `${address}?${further.toString()}` }] : []),
      ],
      ...(shown.length > 0 && {
        entry: shown.map((state) => ({
          fullUrl: `${address}/${state.id}`,
          resource: this.subscriptions.resourceOf(state),
          search: { mode: 'match' as const },
        })),
      }),
    };
  }

  #shown(state: SubscriptionState, reply: FastifyReply): TopicSubscription {
    asFhir(reply).header('ETag', `W/"${state.version}"`).header('Last-Modified', new Date(state.updated).toUTCString());
    return this.subscriptions.resourceOf(state);
  }
}
