import type { ElementPath } from './search-parameters.js';

/** A value of a resource that a search parameter looks at. */
export interface FoundElement {
  readonly value: unknown;
  /** FHIR type. */
  readonly type: string;
  /** Code systems of a `code`. */
  readonly systems: readonly string[];
}

/** All values at the paths, in their order. References to another type than a path asks for are none. */
export function elementsAt(holder: unknown, paths: readonly ElementPath[]): readonly FoundElement[] {
  if (paths.some((path) => path.exists)) {
    const value = paths.some((path) => valuesAt(holder, path).some((one) => one !== false));
    return [{ value, type: 'boolean', systems: [] }];
  }
  return paths.flatMap((path) =>
    valuesAt(holder, path).map((value) => ({ value, type: path.type, systems: path.systems })),
  );
}

function valuesAt(holder: unknown, { steps, target }: ElementPath): readonly unknown[] {
  let values: readonly unknown[] = [holder];
  for (const { name, where } of steps) {
    values = values.flatMap((value) => {
      const found = propertyOf(value, name);
      if (found === undefined || found === null) return [];
      const items: readonly unknown[] = Array.isArray(found) ? found : [found];
      return where ? items.filter((item) => propertyOf(item, where.name) === where.value) : items;
    });
  }
  return target === undefined ? values : values.filter((value) => leadsTo(value, target));
}

export function propertyOf(holder: unknown, name: string): unknown {
  return typeof holder === 'object' && holder !== null
    ? (holder as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** By its URL, else by the type it says it is of. */
function leadsTo(reference: unknown, type: string): boolean {
  const url = propertyOf(reference, 'reference');
  if (typeof url === 'string') return new RegExp(`(^|/)${type}/[^/]+(/_history/[^/]+)?$`).test(url);
  return propertyOf(reference, 'type') === type;
}
