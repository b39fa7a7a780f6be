/** The topics that can be subscribed to, as R5 would say them in a SubscriptionTopic. */
import type { Bilingual } from '#domain/bilingual.js';
import type { StreamCategory } from '#domain/streams.js';
import type { ChangeKind } from './subscription-events.js';

export interface SubscriptionTopic {
  /** Canonical URL, without a version. */
  readonly url: string;
  readonly title: Bilingual;
  /** What an event is about; absent: resources of every type. */
  readonly type?: string;
  readonly changes: readonly ChangeKind[];
  /** Streams whose events can be of it. */
  readonly categories: readonly StreamCategory[];
  /** Search parameters of the type by which the stream may be narrowed. */
  readonly filters: readonly string[];
}

const named = (name: string): string => `urn:lien-tuyen:subscription-topic:${name}`;

const every: readonly ChangeKind[] = ['create', 'update', 'delete'];
const ofEncounters = ['patient', 'service-provider', 'class', 'type', 'status', 'reason-code'];

export const subscriptionTopics: readonly SubscriptionTopic[] = [
  {
    url: named('encounter-recorded'),
    title: { vi: 'Có lượt khám, điều trị hoặc sàng lọc mới', en: 'An encounter or screening was recorded' },
    type: 'Encounter',
    changes: ['create'],
    categories: ['visit', 'screening'],
    filters: ofEncounters,
  },
  {
    url: named('encounter-amended'),
    title: { vi: 'Lượt khám được sửa', en: 'An encounter was amended' },
    type: 'Encounter',
    changes: ['update'],
    categories: ['visit', 'screening'],
    filters: ofEncounters,
  },
  {
    url: named('encounter-withdrawn'),
    title: { vi: 'Lượt khám bị rút lại', en: 'An encounter was withdrawn' },
    type: 'Encounter',
    changes: ['delete'],
    categories: ['visit', 'screening'],
    filters: ofEncounters,
  },
  {
    url: named('referral-step'),
    title: { vi: 'Một bước của giấy chuyển tuyến', en: 'A step of a referral' },
    type: 'Task',
    changes: every,
    categories: ['referral'],
    filters: ['patient', 'requester', 'owner', 'status', 'business-status', 'code'],
  },
  {
    url: named('condition-changed'),
    title: {
      vi: 'Chẩn đoán hoặc bệnh được ghi, sửa, rút lại',
      en: 'A condition was recorded, changed or withdrawn',
    },
    type: 'Condition',
    changes: every,
    categories: ['visit', 'screening', 'resident', 'resource'],
    filters: ['patient', 'code', 'category', 'clinical-status'],
  },
  {
    url: named('resident-changed'),
    title: { vi: 'Người dân được đăng ký hoặc sửa thông tin', en: 'A resident was registered or changed' },
    type: 'Patient',
    changes: every,
    categories: ['resident'],
    filters: ['_id', 'organization', 'gender', 'address-city', 'address-state'],
  },
  {
    url: named('resource-changed'),
    title: { vi: 'Bất kỳ tài nguyên nào thay đổi', en: 'Any resource was recorded, changed or withdrawn' },
    changes: every,
    categories: ['resident', 'visit', 'screening', 'immunization', 'referral', 'facility', 'resource'],
    filters: ['patient', '_type'],
  },
];

const byUrl = new Map(subscriptionTopics.map((topic) => [topic.url, topic]));

/** @param canonical may name a version, which is passed over: there is one of each */
export const topicOf = (canonical: string): SubscriptionTopic | undefined => byUrl.get(canonical.split('|')[0] ?? '');
