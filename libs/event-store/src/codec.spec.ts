import { describe, expect, it } from '@jest/globals';
import type { StoredEvent, Upcasters } from './codec.js';
import { createEventCodec } from './codec.js';
import { InvalidAppend, UnknownSchemaVersion } from './errors.js';
import { streamName } from './event-store.js';

/** A pressure as stations sent it over the years, as it was stored then. */
const oldVersions = {
  1: { pressure: '150/95' },
  2: { systolic: 150, diastolic: 95 },
  3: { bloodPressure: { systolic: 150, diastolic: 95, position: 'unknown' } },
} as const;

const upcasters: Upcasters = {
  PressureMeasured: [
    (data) => {
      const [systolic, diastolic] = (data as { pressure: string }).pressure.split('/').map(Number);
      return { systolic, diastolic };
    },
    (data) => ({ bloodPressure: { ...(data as object), position: 'unknown' } }),
  ],
};

function stored(schemaVersion: number, data: unknown, type = 'PressureMeasured'): StoredEvent {
  return {
    id: '0199a1b2-0000-7000-8000-000000000001',
    type,
    schemaVersion,
    data: JSON.stringify(data),
    metadata: JSON.stringify({ occurredAt: '2026-10-01T07:30:00+07:00', facility: '08Z11' }),
    stream: streamName('screening', '1'),
    revision: 4,
    position: 77,
    recordedAt: Date.UTC(2026, 9, 1, 0, 30, 0, 5),
  };
}

describe('event codec', () => {
  const codec = createEventCodec(upcasters);

  it.each([1, 2, 3] as const)('lifts version %i to the current one', (version) => {
    const text = JSON.stringify(oldVersions[version]);
    const event = codec.decode(stored(version, oldVersions[version]));
    expect(event.data).toEqual(oldVersions[3]);
    expect(event.schemaVersion).toBe(3);
    expect(JSON.stringify(oldVersions[version])).toBe(text);
  });

  it('writes the current version, and reads back what it wrote', () => {
    const event = {
      id: '0199a1b2-0000-7000-8000-000000000002',
      type: 'PressureMeasured',
      data: { ...oldVersions[3], note: 'đo lại' },
      metadata: { occurredAt: '2026-10-01T07:30:00+07:00', actor: 'station:08Z11' },
    };
    const encoded = codec.encode(streamName('screening', '1'), event);
    expect(encoded.schemaVersion).toBe(3);
    const decoded = codec.decode({ ...stored(3, {}), ...encoded });
    expect(decoded).toEqual({
      ...event,
      schemaVersion: 3,
      stream: 'screening-1',
      revision: 4,
      position: 77,
      recordedAt: '2026-10-01T00:30:00.005Z',
    });
  });

  it('leaves types without upcasters in version 1', () => {
    expect(codec.decode(stored(1, { a: 1 }, 'Other'))).toMatchObject({ schemaVersion: 1, data: { a: 1 } });
  });

  it('lets an upcaster see the metadata', () => {
    const withFacility = createEventCodec({
      PressureMeasured: [(data, metadata) => ({ ...(data as object), at: metadata.facility })],
    });
    expect(withFacility.decode(stored(1, {})).data).toEqual({ at: '08Z11' });
  });

  it('refuses a version from a later release', () => {
    expect(() => codec.decode(stored(4, {}))).toThrow(UnknownSchemaVersion);
    expect(() => codec.decode(stored(2, {}, 'Other'))).toThrow(
      'Other is stored in schema version 2, the newest known is 1',
    );
  });

  it('refuses what is not JSON without quoting it', () => {
    const event = { id: '', type: 'Other', metadata: { occurredAt: '' } };
    for (const data of [undefined, () => 1, { name: 'Nguyễn Văn A', amount: 10n }]) {
      const encode = (): unknown => codec.encode(streamName('visit', '1'), { ...event, data });
      expect(encode).toThrow(InvalidAppend);
      expect(encode).not.toThrow(/Nguyễn/);
    }
  });
});
