import { describe, expect, it } from '@jest/globals';
import { readConfiguration } from '#platform/configuration.js';
import { SetupError } from '#platform/setup-error.js';
import { openEventStore } from '../src/engines.js';

describe('the event store of ENGINES=distributed', () => {
  const distributed = { ...readConfiguration({}), engines: 'distributed' } as const;

  it('needs EVENTSTORE_URL', async () => {
    const error = await openEventStore(distributed).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(SetupError);
    expect(String(error)).toContain('EVENTSTORE_URL');
  });

  it('says what is wrong with the address in both languages, and never its password', async () => {
    const eventStoreUrl = 'esdb://backbone:hunter2@es1:no-port';
    const error = await openEventStore({ ...distributed, eventStoreUrl }).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ name: 'SetupError', text: { vi: expect.stringContaining('EVENTSTORE_URL') } });
    expect(String(error)).not.toContain('hunter2');
  });
});
