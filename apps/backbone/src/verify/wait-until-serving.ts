import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from '#platform/setup-error.js';
import { type Client, NotServed } from './client.js';

const askEveryMs = 250;
const mayPass: readonly number[] = [502, 503, 504];

/**
 * Waits until a server answers, and every service behind it: those that were started together with this command need some seconds.
 * @throws SetupError when it does not within this time, or refuses
 */
export async function waitUntilServing(client: Client, withinMs: number): Promise<void> {
  for (const end = Date.now() + withinMs; ; await sleep(askEveryMs)) {
    try {
      await client.get('/views', { kind: 'operator' });
      return;
    } catch (error) {
      if (error instanceof NotServed && error.status === 401) throw anotherInstallation(client.origin, error);
      const willPass = !(error instanceof NotServed) || mayPass.includes(error.status);
      if (!willPass || Date.now() > end) throw notServing(client.origin, error);
    }
  }
}

const anotherInstallation = (origin: string, cause: unknown): SetupError =>
  new SetupError(
    {
      vi: `Máy chủ ${origin} không nhận mã của SECRETS_FILE này: đó là máy chủ của bản cài đặt khác`,
      en: `The server ${origin} does not take tokens of this SECRETS_FILE: it is another installation's`,
    },
    { cause },
  );

function notServing(origin: string, cause: unknown): SetupError {
  const how = cause instanceof NotServed ? `HTTP ${cause.status}` : 'không kết nối được / not reached';
  return new SetupError(
    {
      vi: `Máy chủ ${origin}, hoặc một dịch vụ sau nó, không phục vụ (${how})`,
      en: `The server ${origin}, or a service behind it, does not serve (${how})`,
    },
    { cause },
  );
}
