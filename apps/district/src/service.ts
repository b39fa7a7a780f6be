import { referrals } from '#messaging/referrals/referrals-topic.js';
import type { Service } from '#service/service.js';
import { DistrictModule } from './district.module.js';

/** Worklists, steps and feeds of referrals; it answers for `referrals.v1`, which others read. */
export const district: Service = { name: 'district', module: DistrictModule, topics: () => [referrals] };
