import { describe, expect, it } from '@jest/globals';
import { KeysNotOpened, openSealedKeys, sealKeys } from './sealed-keys.js';

const passphrase = 'ba mươi hai con trâu';
const sealed = sealKeys('{"version":1}', 'fingerprint-of-keys', passphrase);

describe('keys under a passphrase', () => {
  it('come out as they went in, and only with the passphrase', () => {
    expect(openSealedKeys(sealed, passphrase)).toEqual({
      document: '{"version":1}',
      fingerprint: 'fingerprint-of-keys',
    });
    expect(() => openSealedKeys(sealed, `${passphrase}.`)).toThrow(KeysNotOpened);
    expect(sealed).not.toContain('version');
  });

  it('are sealed differently each time', () => {
    expect(sealKeys('{"version":1}', 'fingerprint-of-keys', passphrase)).not.toBe(sealed);
  });

  it('are not opened when anything in the file was changed', () => {
    const document = JSON.parse(sealed) as Record<string, string>;
    for (const [name, value] of Object.entries(document)) {
      const changed = value.startsWith('A') ? `B${value.slice(1)}` : `A${value.slice(1)}`;
      expect(() => openSealedKeys(JSON.stringify({ ...document, [name]: changed }), passphrase)).toThrow(KeysNotOpened);
    }
    expect(() => openSealedKeys('not JSON', passphrase)).toThrow(KeysNotOpened);
  });
});
