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
import { asFhir, baseOf, checkedId, formParameters, parametersOf, refuseParameters } from '../../http/fhir-http.js';
import { OutcomeFilter } from '../../http/outcome.filter.js';
import { SUBSCRIPTIONS } from '../injection.js';
import type { TopicSubscription } from '../subscription-resource.js';
import type { SubscriptionState } from '../subscription-state.js';
import type { Subscriptions } from '../subscriptions.js';
import { sentResource, subscriptionSearch, versionIn } from './subscription-requests.js';

/** By what subscriptions can be searched: a caller has few, and sees the own alone. */
export const subscriptionParameters = { _id: 'token', status: 'token', criteria: 'string', topic: 'string' } as const;

/** Subscriptions as a resource: create, read, search, update, delete. */
@Controller('fhir/Subscription')
@RequireScope('record.read')
@UseFilters(OutcomeFilter)
export class SubscriptionController {
  constructor(@Inject(SUBSCRIPTIONS) private readonly subscriptions: Subscriptions) {}

  @Post()
  async create(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TopicSubscription> {
    requireUse(caller, 'Subscription', 'c');
    refuseParameters(parametersOf(request), []);
    const state = await this.subscriptions.create(sentResource(body), caller, baseOf(request));
    reply.status(201).header('Location', `${baseOf(request)}/Subscription/${state.id}/_history/${state.version}`);
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
    const parameters = parametersOf(request);
    for (const [name, value] of formParameters(body, request)) parameters.append(name, value);
    return this.#search(caller, parameters, request, reply);
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
  async update(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TopicSubscription> {
    requireUse(caller, 'Subscription', 'u');
    refuseParameters(parametersOf(request), []);
    const version = versionIn(request.headers['if-match']);
    return this.#shown(
      await this.subscriptions.change(checkedId(id), sentResource(body), caller, baseOf(request), version),
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
    refuseParameters(parameters, Object.keys(subscriptionParameters));
    const found = await this.subscriptions.search(caller, subscriptionSearch(parameters));
    const base = baseOf(request);
    const query = parameters.toString();
    asFhir(reply);
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      total: found.length,
      link: [{ relation: 'self', url: `${base}/Subscription${query === '' ? '' : `?${query}`}` }],
      ...(found.length > 0 && {
        entry: found.map((state) => ({
          fullUrl: `${base}/Subscription/${state.id}`,
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
