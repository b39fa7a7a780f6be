/** Facts of a subscription, in `subscription-{id}`: what was asked, what it was told of and under which number, and how far it got it. */
import type { Position } from '#event-store/event-store.js';
import type { CallerKind, Scope } from '#security/caller.js';
import type { SmartScope } from '#security/smart-scopes.js';

/** How much of a resource a notification carries (backport-payload-content). */
export const contentLevels = ['empty', 'id-only', 'full-resource'] as const;
export type ContentLevel = (typeof contentLevels)[number];

/** The caller whose rights decide what is told: whoever wrote the subscription last. */
export interface SubscriptionRights {
  readonly kind: CallerKind;
  readonly actor: string;
  readonly holder: string;
  readonly scopes: readonly Scope[];
  readonly smart?: readonly SmartScope[];
  readonly facility?: string;
  readonly resident?: string;
}

/** A subscription as it was asked, without what is sealed. */
export interface SubscriptionDefinition {
  /** Canonical URL of its topic. */
  readonly topic: string;
  /** As written: `Encounter?patient=Patient/1`; all must hold. */
  readonly filters: readonly string[];
  readonly content: ContentLevel;
  readonly reason: string;
  /** Address of the FHIR service as the owner knows it: notifications name resources by it. */
  readonly base: string;
  /** Without it nothing is sent: events are fetched by `$events`. */
  readonly hasEndpoint: boolean;
  /** Names of the headers that go with each notification; their values are sealed. */
  readonly headerNames: readonly string[];
  /** Seconds. */
  readonly heartbeatPeriod?: number;
  /** Seconds. */
  readonly timeout?: number;
  /** Most events of one notification. */
  readonly maxCount?: number;
  /** ISO 8601: it is switched off then. */
  readonly end?: string;
}

/** Why nothing is sent any more. */
export type OffReason = 'gave-up' | 'ended' | 'operator' | 'owner';

/** Kinds of failure, as the owner is told; no text of the receiver's. */
export type DeliveryFault =
  'unreachable' | 'refused-address' | 'time-out' | 'tls' | 'redirect' | 'client-error' | 'server-error';

export type ChangeKind = 'create' | 'update' | 'delete';

/** What one event of the log made of the resources that the subscription is about. */
export interface NoticedEvent {
  /** Of the log. */
  readonly event: string;
  readonly position: Position;
  readonly recordedAt: string;
  /** Each is one event of the subscription, with a number of its own. */
  readonly changes: readonly NoticedChange[];
}

export interface NoticedChange {
  readonly type: string;
  readonly id: string;
  readonly change: ChangeKind;
}

interface Asked {
  readonly owner: string;
  readonly rights: SubscriptionRights;
  readonly definition: SubscriptionDefinition;
  /** Endpoint and headers, sealed. */
  readonly sealedChannel: string;
}

export type SubscriptionEvent =
  | { readonly type: 'SubscriptionRequested'; readonly data: Asked }
  /** Changed, renewed, or switched on again. */
  | { readonly type: 'SubscriptionChanged'; readonly data: Asked }
  /** The endpoint has taken the handshake for the version that was asked. */
  | { readonly type: 'SubscriptionActivated'; readonly data: { readonly asked: number } }
  | { readonly type: 'SubscriptionFailed'; readonly data: { readonly since: string; readonly fault: DeliveryFault } }
  | { readonly type: 'SubscriptionRecovered'; readonly data: Readonly<Record<string, never>> }
  | { readonly type: 'SubscriptionSwitchedOff'; readonly data: { readonly reason: OffReason } }
  | { readonly type: 'SubscriptionDeleted'; readonly data: Readonly<Record<string, never>> }
  /** Numbers go on from `first`, one for each change. Everything up to `through` was looked at. */
  | {
      readonly type: 'EventsNoticed';
      readonly data: { readonly first: number; readonly through: Position; readonly events: readonly NoticedEvent[] };
    }
  /** The endpoint has taken everything up to this number. */
  | { readonly type: 'EventsDelivered'; readonly data: { readonly through: number } };
