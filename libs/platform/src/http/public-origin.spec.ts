import { describe, expect, it } from '@jest/globals';
import { publicOrigin } from './public-origin.js';

const asked = (protocol: 'http' | 'https', forwarded?: string): string =>
  publicOrigin({
    protocol,
    host: 'ho-so.example.vn:8443',
    headers: forwarded ? { 'x-forwarded-proto': forwarded } : {},
  });

describe('the public origin', () => {
  it('is as it was addressed, through proxies that take the encryption off too', () => {
    expect(asked('http')).toBe('http://ho-so.example.vn:8443');
    expect(asked('https')).toBe('https://ho-so.example.vn:8443');
    expect(asked('http', 'https')).toBe('https://ho-so.example.vn:8443');
    expect(asked('http', 'HTTPS, http')).toBe('https://ho-so.example.vn:8443');
    expect(asked('http', 'http, https')).toBe('http://ho-so.example.vn:8443');
  });
});
