import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FacilityCode } from '#domain/ids.js';
import { SetupError } from '#platform/setup-error.js';
import type { TokenIssuer } from '#security/token-issuer.js';
import { Progress } from './progress.js';
import { readSample, sampleFiles } from './sample-folder.js';

/** Sends every message of a folder through the intake route, each by the facility that it names, as that facility would. */
export async function loadSamples(
  folder: string,
  application: NestFastifyApplication,
  issuer: TokenIssuer,
  out: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>,
): Promise<void> {
  const tokens = new Map<FacilityCode, string>();
  const files = sampleFiles(folder);
  const progress = new Progress('Dữ liệu mẫu (giả lập) / synthetic samples', files.length, out);
  for (const file of files) {
    const { name, sender, body } = await readSample(file);
    const token = tokens.get(sender) ?? (await issuer.issue({ kind: 'station', facility: sender, hours: 1 }));
    tokens.set(sender, token);
    const answer = await application.inject({
      method: 'POST',
      url: '/intake/messages',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/xml' },
      payload: body,
    });
    if (answer.statusCode >= 300) throw refused(join(folder, name), answer.statusCode);
    progress.advance();
  }
}

function refused(file: string, status: number): SetupError {
  return new SetupError({
    vi: `Thông điệp mẫu ${file} bị từ chối (${status}). Chạy với --empty để bắt đầu không có dữ liệu mẫu.`,
    en: `The sample message ${file} was refused (${status}). Start with --empty to go without samples.`,
  });
}
