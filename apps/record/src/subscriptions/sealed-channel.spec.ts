import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { ChannelSeal } from './sealed-channel.js';

const channel = { endpoint: 'https://example.org/notify?key=s3cret', headers: ['Authorization: Bearer s3cret'] };

it('opens with the key and for the subscription it was sealed with, and tells nothing otherwise', () => {
  const seal = new ChannelSeal(randomBytes(32));
  const sealed = seal.seal('one', channel);
  expect(seal.open('one', sealed)).toEqual(channel);
  expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('s3cret');
  expect(seal.seal('one', channel)).not.toBe(sealed);
  expect(() => seal.open('another', sealed)).toThrow();
  expect(() => new ChannelSeal(randomBytes(32)).open('one', sealed)).toThrow();
});
