import { describe, expect, it } from '@jest/globals';
import type { RecordedEvent, StreamName } from '#event-store/event-store.js';
import type { SubscriptionEvent } from './subscription-events.js';
import { evolveSubscription, isNoticing, type SubscriptionState } from './subscription-state.js';

const asked = {
  owner: 'station 08Z11',
  rights: { kind: 'station', actor: 'station:08Z11', holder: 'x', scopes: ['record.read'], facility: '08Z11' },
  definition: {
    topic: 'urn:lien-tuyen:subscription-topic:encounter-recorded',
    filters: [],
    content: 'id-only',
    reason: 'test',
    base: 'http://localhost/fhir',
    hasEndpoint: true,
    headerNames: [],
  },
  sealedChannel: 'sealed',
} as const;

/** Positions are ten apart. */
function after(...events: readonly SubscriptionEvent[]): SubscriptionState | undefined {
  return events
    .map((event, revision): RecordedEvent => ({
      id: String(revision),
      ...event,
      metadata: { occurredAt: '2026-10-01' },
      schemaVersion: 1,
      stream: 'subscription-s' as StreamName,
      revision,
      position: (revision + 1) * 10,
      recordedAt: `2026-10-01T00:00:0${revision}.000Z`,
    }))
    .reduce<SubscriptionState | undefined>(evolveSubscription, undefined);
}

const requested: SubscriptionEvent = { type: 'SubscriptionRequested', data: asked };
const activated = (version: number): SubscriptionEvent => ({ type: 'SubscriptionActivated', data: { asked: version } });
const changed: SubscriptionEvent = { type: 'SubscriptionChanged', data: asked };
const failed: SubscriptionEvent = {
  type: 'SubscriptionFailed',
  data: { since: '2026-10-01T00:00:00Z', fault: 'unreachable' },
};
const recovered: SubscriptionEvent = { type: 'SubscriptionRecovered', data: {} };
const off = (reason: 'gave-up' | 'owner' | 'operator'): SubscriptionEvent => ({
  type: 'SubscriptionSwitchedOff',
  data: { reason },
});
const noticed = (first: number, through: number, count: number): SubscriptionEvent => ({
  type: 'EventsNoticed',
  data: {
    first,
    through,
    events: [
      {
        event: 'e',
        position: through,
        recordedAt: '2026-10-01T00:00:00Z',
        changes: Array.from({ length: count }, () => ({ type: 'Encounter', id: 'x', change: 'create' as const })),
      },
    ],
  },
});

describe('a subscription', () => {
  it('is requested, active once its endpoint has answered, in error while it fails, and back', () => {
    expect(after(requested)).toMatchObject({ status: 'requested', greeted: false, version: 1, through: 10, last: 0 });
    expect(after(requested, activated(1))).toMatchObject({ status: 'active', greeted: true, version: 2 });
    expect(after(requested, activated(1), failed)).toMatchObject({
      status: 'error',
      failing: { fault: 'unreachable' },
    });
    expect(after(requested, activated(1), failed, recovered)).not.toHaveProperty('failing');
    expect(after(requested, activated(1), failed, recovered)).toMatchObject({ status: 'active' });
  });

  it('that failed at its handshake is active when the handshake is answered', () => {
    expect(after(requested, failed, activated(1))).toMatchObject({ status: 'active', greeted: true });
  });

  it('is not activated by an answer to what was asked before', () => {
    expect(after(requested, activated(1), changed, activated(1))).toMatchObject({ status: 'requested', asked: 3 });
    expect(after(requested, activated(1), changed, activated(3))).toMatchObject({ status: 'active' });
  });

  it('numbers its events without a gap, and knows how far it has looked', () => {
    expect(after(requested, noticed(1, 25, 2), noticed(3, 31, 1), noticed(4, 99, 0))).toMatchObject({
      last: 3,
      through: 99,
      version: 1,
    });
  });

  it('never goes back in what was delivered', () => {
    const delivered = (through: number): SubscriptionEvent => ({ type: 'EventsDelivered', data: { through } });
    expect(after(requested, noticed(1, 25, 5), delivered(4), delivered(2))).toMatchObject({ delivered: 4 });
  });

  it('goes on being numbered when its endpoint was given up, not when somebody switched it off', () => {
    const states = [
      after(requested, off('gave-up')),
      after(requested, off('owner')),
      after(requested, off('operator')),
    ];
    expect(states.map((state) => state && isNoticing(state))).toEqual([true, false, false]);
    expect(after(requested, noticed(1, 15, 1), off('gave-up'), changed)).toMatchObject({ through: 15, last: 1 });
    // Begun anew at the position of the change.
    expect(after(requested, noticed(1, 15, 1), off('owner'), changed)).toMatchObject({ through: 40, last: 1 });
  });

  it('that was deleted changes no more', () => {
    const deleted: SubscriptionEvent = { type: 'SubscriptionDeleted', data: {} };
    expect(after(requested, deleted, changed)).toMatchObject({ deleted: true, status: 'off', revision: 2 });
  });
});
