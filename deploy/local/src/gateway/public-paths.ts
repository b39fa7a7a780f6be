export const serviceNames = ['commune', 'record', 'district', 'province'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Which service answers for which paths of the one public origin; the longest prefix wins. As docs/operations.md has it. */
const publicPaths: Readonly<Record<string, ServiceName>> = {
  '/intake': 'commune',
  '/reviews': 'commune',
  '/match-reviews': 'commune',
  '/outreach': 'commune',
  '/fhir': 'record',
  '/access': 'record',
  '/records': 'record',
  '/referrals': 'district',
  '/inbox': 'district',
  '/': 'province',
};

/** @param path of a request, without its query */
export function serviceOfPath(path: string): ServiceName {
  const prefixes = Object.keys(publicPaths).toSorted((a, b) => b.length - a.length);
  const found = prefixes.find((prefix) => path === prefix || path.startsWith(prefix === '/' ? '/' : `${prefix}/`));
  return publicPaths[found ?? '/'] ?? 'province';
}
