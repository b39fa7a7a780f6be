import { readFileSync } from 'node:fs';
import { asyncApiDocument } from '#messaging/asyncapi.js';
import { healthFacts } from '#messaging/health-facts/health-facts-topic.js';
import { referrals } from '#messaging/referrals/referrals-topic.js';

const packageFile = new URL('../../../../package.json', import.meta.url);

/** Partitions of a topic where KAFKA_PARTITIONS says nothing else. */
const partitions = 6;

/** The AsyncAPI document of all topics that the services send and read. */
export function topicsDocument(): object {
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
  // A description needs no pseudonyms.
  const facts = healthFacts({ pseudonyms: () => '' });
  return asyncApiDocument(
    [
      {
        topic: referrals,
        description:
          'Mọi bước của mọi lần chuyển tuyến, gửi đến cơ sở cần biết; dành cho bên điều trị. / Every step of every referral, addressed to the facility that must learn of it; for those who treat the patient.',
        key: 'the referral: sending facility and number',
      },
      {
        topic: facts,
        description:
          'Sự việc đã bỏ danh tính cho thống kê của tỉnh: bí danh, mã, ngày, cơ sở. / De-identified facts for the statistics of the province: pseudonyms, codes, dates, facilities.',
        key: 'the commune of residence; without one the facility; without either the pseudonym',
      },
    ],
    version,
    partitions,
  );
}
