import type { FastifyRequest } from 'fastify';

type Asked = Pick<FastifyRequest, 'protocol' | 'host' | 'headers'>;

/** Whether whoever asks does so over TLS: a proxy before us may have taken the encryption off. */
export function askedOverTls({ protocol, headers }: Pick<Asked, 'protocol' | 'headers'>): boolean {
  // Of several proxies the first is the one that was asked.
  const [first] = String(headers['x-forwarded-proto'] ?? '').split(',');
  return protocol === 'https' || first?.trim().toLowerCase() === 'https';
}

/** `https://ho-so.example.vn`: where we are, as whoever asks has addressed us. */
export function publicOrigin(request: Asked): string {
  return `${askedOverTls(request) ? 'https' : 'http'}://${request.host}`;
}
