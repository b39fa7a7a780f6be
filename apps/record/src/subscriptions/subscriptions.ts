import { randomUUID } from 'node:crypto';
import type { SentResource } from '#fhir/reading/json.js';
import type { View } from '#projections/view-host.js';
import type { Caller } from '#security/caller.js';
import { visibilityOf } from '../access/visibility.js';
import { FhirFault, gone, notFound } from '../http/fhir-fault.js';
import type { EndpointGuard } from './delivery/endpoint-guard.js';
import { ownerOf, rightsOf } from './rights.js';
import type { Channel, ChannelSeal } from './sealed-channel.js';
import type { OffReason, SubscriptionEvent } from './subscription-events.js';
import {
  type AskedSubscription,
  askedSubscription,
  subscriptionResource,
  type TopicSubscription,
} from './subscription-resource.js';
import type { SubscriptionState, SubscriptionStatus } from './subscription-state.js';
import type { SubscriptionStreams } from './subscription-streams.js';

/** Most subscriptions of one owner. */
const mostOfOwner = 100;
/** A list that is asked for next has what was just written. */
const shownWithinMs = 2_000;

export interface SubscriptionParts {
  readonly view: View;
  readonly streams: SubscriptionStreams;
  readonly seal: ChannelSeal;
  readonly guard: EndpointGuard;
}

export interface SubscriptionSearch {
  readonly ids?: readonly string[] | undefined;
  readonly statuses?: readonly string[] | undefined;
  readonly topics?: readonly string[] | undefined;
}

/** What an owner does with subscriptions. Those of others are not there. */
export class Subscriptions {
  constructor(private readonly parts: SubscriptionParts) {}

  /** @throws FhirFault 422 for what cannot be done, 403 for a caller who reads no records or has too many already */
  async create(resource: SentResource, caller: Caller, base: string): Promise<SubscriptionState> {
    const owner = ownerOf(caller);
    const asked = this.#asked(resource, caller, base);
    if (asked.off) throw unusable('status phải là requested', 'status must be requested');
    if ((await this.search(caller, {})).length >= mostOfOwner) {
      throw new FhirFault(403, 'too-costly', {
        vi: `Đã có ${mostOfOwner} đăng ký; hãy xóa bớt.`,
        en: `There are ${mostOfOwner} subscriptions already; delete some.`,
      });
    }
    const id = randomUUID();
    return this.#append(id, caller, () => [
      { type: 'SubscriptionRequested', data: { owner, ...this.#said(id, asked, caller) } },
      // Nobody is to be greeted: it is there to be fetched from.
      ...(asked.definition.hasEndpoint ? [] : [{ type: 'SubscriptionActivated', data: { asked: 1 } } as const]),
    ]);
  }

  /**
   * Changes, renews (`status` requested) or switches off (`off`). Rights are from now on those of this caller.
   * @param version the caller knows, where it says so
   * @throws FhirFault 412 when it is another by now, 403 when an operator has switched it off
   */
  async change(
    id: string,
    resource: SentResource,
    caller: Caller,
    base: string,
    version: number | undefined,
  ): Promise<SubscriptionState> {
    const before = await this.read(id, caller);
    if (resource.id !== id) throw unusable('id khác với địa chỉ', 'id is another than in the address');
    const asked = this.#asked(resource, caller, base, this.channelOf(before));
    const said = { owner: before.owner, ...this.#said(id, asked, caller) };
    return this.#append(
      id,
      caller,
      (state) => {
        if (!state || state.deleted) throw gone();
        if (version !== undefined && state.version !== version) throw otherVersion();
        if (state.offReason === 'operator') throw switchedOff();
        if (asked.off)
          return state.status === 'off' ? [] : [{ type: 'SubscriptionSwitchedOff', data: { reason: 'owner' } }];
        const facts: SubscriptionEvent[] = [{ type: 'SubscriptionChanged', data: said }];
        return asked.definition.hasEndpoint
          ? facts
          : [...facts, { type: 'SubscriptionActivated', data: { asked: state.version + 1 } }];
      },
      before,
    );
  }

  /** @throws FhirFault 404 when there is none of the caller's, 410 when it was deleted */
  async read(id: string, caller: Caller): Promise<SubscriptionState> {
    const state = await this.parts.streams.load(id);
    if (!state || state.owner !== ownerOf(caller)) throw notFound();
    if (state.deleted) throw gone();
    return state;
  }

  async delete(id: string, caller: Caller): Promise<void> {
    const before = await this.read(id, caller);
    await this.#append(
      id,
      caller,
      (state) => (state && !state.deleted ? [{ type: 'SubscriptionDeleted', data: {} }] : []),
      before,
    );
  }

  /**
   * For operators: whosever it is, nothing is sent or fetched any more until it is released.
   * @returns `undefined` when there is none
   */
  switchOff(id: string, by: Caller): Promise<SubscriptionState | undefined> {
    return this.#oversee(id, by, ({ offReason }) => (offReason === 'operator' ? undefined : 'operator'));
  }

  /** For operators: its owner may switch it on again. */
  release(id: string, by: Caller): Promise<SubscriptionState | undefined> {
    return this.#oversee(id, by, ({ offReason }) => (offReason === 'operator' ? 'owner' : undefined));
  }

  /** The caller's, by when they were made. */
  async search(caller: Caller, { ids, statuses, topics }: SubscriptionSearch): Promise<readonly SubscriptionState[]> {
    const found = await this.#select('owner = ? and deleted = 0', [ownerOf(caller)]);
    return found.filter(
      ({ id, status, definition }) =>
        (ids?.includes(id) ?? true) &&
        (statuses?.includes(status) ?? true) &&
        (topics?.includes(definition.topic) ?? true),
    );
  }

  /** For operators: everybody's. */
  all(status?: SubscriptionStatus): Promise<readonly SubscriptionState[]> {
    return status === undefined
      ? this.#select('deleted = 0', [])
      : this.#select('deleted = 0 and status = ?', [status]);
  }

  resourceOf(state: SubscriptionState): TopicSubscription {
    return subscriptionResource(state, this.channelOf(state));
  }

  channelOf({ id, sealedChannel }: SubscriptionState): Channel {
    return this.parts.seal.open(id, sealedChannel);
  }

  async #select(condition: string, values: readonly string[]): Promise<readonly SubscriptionState[]> {
    const rows = await this.parts.view.database.query<{ readonly body: string }>(
      `select body from subscription where ${condition} order by id`,
      values,
    );
    return rows.map(({ body }) => JSON.parse(body) as SubscriptionState);
  }

  #asked(resource: SentResource, caller: Caller, base: string, known?: Channel): AskedSubscription {
    // Whoever reads no records is told of none.
    visibilityOf(caller);
    const asked = askedSubscription(resource, base, known);
    const { endpoint } = asked.channel;
    if (endpoint !== undefined && !this.parts.guard.accepts(endpoint)) {
      throw unusable(
        'channel.endpoint phải là https:// trên Internet công cộng, hoặc mạng mà người vận hành cho phép',
        'channel.endpoint must be https:// on the public Internet, or a network that the operator allows',
      );
    }
    if (endpoint === undefined && asked.definition.heartbeatPeriod !== undefined)
      throw unusable('không có endpoint thì không có heartbeat', 'without an endpoint there is no heartbeat');
    return asked;
  }

  #said(id: string, { definition, channel }: AskedSubscription, caller: Caller) {
    return { rights: rightsOf(caller), definition, sealedChannel: this.parts.seal.seal(id, channel) };
  }

  async #oversee(
    id: string,
    by: Caller,
    reasonOf: (state: SubscriptionState) => OffReason | undefined,
  ): Promise<SubscriptionState | undefined> {
    const known = await this.parts.streams.load(id);
    if (!known || known.deleted) return undefined;
    const decide = (state: SubscriptionState | undefined): readonly SubscriptionEvent[] => {
      const reason = state && !state.deleted ? reasonOf(state) : undefined;
      return reason === undefined ? [] : [{ type: 'SubscriptionSwitchedOff', data: { reason } }];
    };
    return this.#append(id, by, decide, known);
  }

  async #append(
    id: string,
    { actor, facility }: Caller,
    decide: (state: SubscriptionState | undefined) => readonly SubscriptionEvent[],
    known?: SubscriptionState,
  ): Promise<SubscriptionState> {
    const by = { actor, ...(facility !== undefined && { facility }) };
    const { state, position } = await this.parts.streams.append(id, decide, { by, ...(known && { known }) });
    if (!state) throw notFound();
    if (position !== undefined) await this.parts.view.waitFor(position, shownWithinMs);
    return state;
  }
}

const unusable = (vi: string, en: string): FhirFault =>
  new FhirFault(422, 'value', { vi: `Subscription: ${vi}.`, en: `Subscription: ${en}.` });

const otherVersion = (): FhirFault =>
  new FhirFault(412, 'invalid', {
    vi: 'Đăng ký đã thay đổi; hãy đọc lại.',
    en: 'The subscription has changed; read it again.',
  });

const switchedOff = (): FhirFault =>
  new FhirFault(403, 'forbidden', {
    vi: 'Người vận hành đã tắt đăng ký này.',
    en: 'An operator has switched this subscription off.',
  });
