import { describe, expect, it, jest } from '@jest/globals';
import { EventStoreUnavailable } from '../errors.js';
import { parseServerUrl } from './connection-string.js';

describe('parseServerUrl', () => {
  const common = { nodePreference: 'leader', throwOnAppendFailure: true };

  it.each([
    ['esdb://es1:2114', { endpoint: { address: 'es1', port: 2114 }, ...common }],
    ['kurrentdb://es1', { endpoint: { address: 'es1', port: 2113 }, ...common }],
    ['esdb+discover://es.local', { discover: { address: 'es.local', port: 2113 }, ...common }],
    ['kurrentdb+discover://es.local', { discover: { address: 'es.local', port: 2113 }, ...common }],
    [
      'esdb://es1:1,es2:2,es3:3',
      {
        endpoints: [
          { address: 'es1', port: 1 },
          { address: 'es2', port: 2 },
          { address: 'es3', port: 3 },
        ],
        ...common,
      },
    ],
  ])('reads %s', (url, servers) => {
    expect(parseServerUrl(url)).toEqual({ servers, channel: { insecure: false } });
  });

  it('asks the leader and lets appends fail as errors, whatever the string says', () => {
    const { servers } = parseServerUrl('esdb://es1,es2?nodePreference=follower&throwOnAppendFailure=false');
    expect(servers).toMatchObject(common);
  });

  it('takes credentials for an encrypted line, and drops them for one that is not', () => {
    const credentials = { username: 'backbone', password: 'a:b@c' };
    expect(parseServerUrl('esdb://backbone:a%3Ab%40c@es1')).toMatchObject({ credentials });
    expect(parseServerUrl('esdb://backbone:a%3Ab%40c@es1?tls=false')).not.toHaveProperty('credentials');
  });

  it.each([
    'http://backbone:secret@es1',
    'esdb://backbone:secret@',
    'esdb://backbone:secret@es1:port',
    'esdb://backbone:secret@es1?tls=perhaps',
    'esdb://backbone:secret@es1?tlsVerifyCert=false',
    'esdb://backbone:secret@es1?colour=blue',
    'esdb://backbone:secret@es1?tlsCAFile=/no/such/file',
    'esdb://backbone:secret@es1?userCertFile=/no/such/file',
  ])('refuses %s without repeating the password, and prints nothing', (url) => {
    const printed = jest.spyOn(console, 'warn').mockImplementation(() => {});
    const parsing = (): unknown => parseServerUrl(url);
    expect(parsing).toThrow(EventStoreUnavailable);
    expect(parsing).toThrow(expect.not.objectContaining({ message: expect.stringContaining('secret') }));
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });
});
