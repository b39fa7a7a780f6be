/**
 * Items of a repeating element that are asked for (R4 GraphQL, list navigation): those whose elements are what the arguments say, then
 * `_count` of them from `_offset` on.
 */
export function navigated(list: unknown, { _count, _offset, ...wanted }: Readonly<Record<string, unknown>>): unknown {
  if (!Array.isArray(list)) return list;
  const conditions = Object.entries(wanted).filter(([, value]) => value !== undefined && value !== null);
  const found = (list as readonly unknown[]).filter((item) =>
    conditions.every(([name, value]) => is(item, name, value)),
  );
  const from = typeof _offset === 'number' ? Math.max(0, _offset) : 0;
  return found.slice(from, typeof _count === 'number' ? from + Math.max(0, _count) : undefined);
}

function is(item: unknown, name: string, wanted: unknown): boolean {
  const value =
    typeof item === 'object' && item !== null ? (item as Readonly<Record<string, unknown>>)[name] : undefined;
  return Array.isArray(value) ? value.includes(wanted) : value === wanted;
}
