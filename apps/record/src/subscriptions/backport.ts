/** Names of the Subscriptions R5 Backport (hl7.fhir.uv.subscriptions-backport 1.1.0). */
const base = 'http://hl7.org/fhir/uv/subscriptions-backport';
const structure = (name: string): string => `${base}/StructureDefinition/${name}`;

export const backport = {
  subscription: structure('backport-subscription'),
  notification: structure('backport-subscription-notification-r4'),
  status: structure('backport-subscription-status-r4'),
  filterCriteria: structure('backport-filter-criteria'),
  payloadContent: structure('backport-payload-content'),
  heartbeatPeriod: structure('backport-heartbeat-period'),
  timeout: structure('backport-timeout'),
  maxCount: structure('backport-max-count'),
  topicCanonical: structure('capabilitystatement-subscriptiontopic-canonical'),
  statusOperation: `${base}/OperationDefinition/backport-subscription-status`,
  eventsOperation: `${base}/OperationDefinition/backport-subscription-events`,
} as const;
