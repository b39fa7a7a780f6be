import { describe, expect, it } from '@jest/globals';
import type { ReferralEvent } from '#domain/referrals/referral-events.js';
import { streamName } from '#event-store/event-store.js';
import type { Projection } from '#projections/projection.js';
import { projectionOfTopic } from '../projection-of-topic.js';
import { referrals } from './referrals-topic.js';

const step = (type: ReferralEvent['type'], by: string, more: object = {}, revision = 0) => ({
  id: `0192f5f0-0000-7000-8000-00000000000${revision}`,
  type,
  data: { referral: { from: '08Z11', number: 'CT 1' }, resident: 'r', at: '2026-10-01', by, ...more },
  metadata: { occurredAt: '2026-10-01' },
  schemaVersion: 1,
  stream: streamName('referral', '08Z11.CT 1'),
  revision,
  position: 10 + revision,
  recordedAt: '2026-10-01T02:00:00.000Z',
});

const issued = step('ReferralIssued', '08Z11', {
  direction: 'up',
  validUntil: '2026-10-15',
  paper: { number: 'CT 1', from: '08Z11', to: '08Z01', issuedAt: '2026-10-01', diagnoses: [] },
});

describe('referrals.v1', () => {
  it('is keyed by the referral and addressed to whoever must learn of the step', () => {
    const addressees = [
      issued,
      step('ReferralAccepted', '08Z01', {}, 1),
      step('ReferralRedirected', '08Z01', { to: '08Z00', reason: 'no bed' }, 2),
      step('ReferralCancelled', '08Z11', { reason: 'stayed' }, 3),
    ].map((event) => {
      const message = referrals.messageOf(event);
      return [message?.key, message?.envelope.data.kind, message?.envelope.data.addressedTo];
    });
    expect(addressees).toEqual([
      ['08Z11.CT 1', 'ReferralIssued', '08Z01'],
      ['08Z11.CT 1', 'ReferralAccepted', '08Z11'],
      ['08Z11.CT 1', 'ReferralRedirected', '08Z00'],
      ['08Z11.CT 1', 'ReferralCancelled', undefined],
    ]);
  });

  it('is read from the log by a handler as any engine would deliver it', async () => {
    const delivered: string[] = [];
    const projection: Projection = projectionOfTopic(referrals, {
      name: 'steps',
      version: 1,
      schema: [],
      apply: async (messages) => {
        for (const { position, envelope } of messages) delivered.push(`${position} ${envelope.type}`);
      },
    });
    expect(projection.filter).toEqual({ categories: ['referral'] });
    const noView = { query: async () => [], execute: async () => undefined };
    await projection.apply([issued, step('PatientArrived', '08Z01', {}, 1)], noView);
    expect(delivered).toEqual([
      '10 vn.lien-tuyen.referrals.v1.ReferralIssued',
      '11 vn.lien-tuyen.referrals.v1.PatientArrived',
    ]);
  });
});
