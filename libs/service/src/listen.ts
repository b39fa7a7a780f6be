import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Configuration } from '#platform/configuration.js';
import { SetupError } from '#platform/setup-error.js';

/**
 * Serves requests from now on; resolves to the address for people on this machine.
 * @throws SetupError that names the setting to change
 */
export async function listen(
  application: NestFastifyApplication,
  { host, port }: Pick<Configuration, 'host' | 'port'>,
): Promise<string> {
  try {
    await application.listen(port, host);
  } catch (error) {
    throw notListening(error, host, port);
  }
  const { port: actual } = application.getHttpServer().address() as AddressInfo;
  return `http://${reachable(host)}:${actual}`;
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function notListening(error: unknown, host: string, port: number): unknown {
  const options = { cause: error };
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new SetupError(
        {
          vi: `Cổng ${port} đang được dùng. Hãy đặt PORT khác, hoặc dừng chương trình đang dùng cổng này.`,
          en: `Port ${port} is in use. Set another PORT, or stop the program that uses it.`,
        },
        options,
      );
    case 'EACCES':
      return new SetupError(
        {
          vi: `Không được phép dùng cổng ${port}. Hãy đặt PORT từ 1024 trở lên.`,
          en: `Port ${port} is not permitted. Set a PORT of 1024 or above.`,
        },
        options,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new SetupError(
        { vi: `Máy này không có địa chỉ HOST ${host}.`, en: `This machine does not have the address HOST ${host}.` },
        options,
      );
    default:
      return error;
  }
}
