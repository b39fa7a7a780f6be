/** What two resources have in common that a validator cannot tell apart: the same elements, coded by the same systems. */
import { isObject, type Json } from '../reading/json.js';

/** Elements whose values are rules of their own. */
const telling: ReadonlySet<string> = new Set(['system', 'status', 'use', 'intent', 'mode', 'comparator', 'profile']);
/** Code systems a validator knows the codes of. */
const checked = /^http:\/\/(terminology\.hl7\.org|hl7\.org|unitsofmeasure\.org|loinc\.org)/;

/** Names the elements of a resource, the systems it uses and the codes of the systems that validators know. */
export function shapeOf(resource: Json): string {
  const shape = new Set<string>();
  describe(resource, '', shape);
  return [...shape].toSorted().join('\n');
}

function describe(value: Json, path: string, shape: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) describe(item, path, shape);
  } else if (isObject(value)) {
    const system = value['system'];
    for (const [name, inner] of Object.entries(value)) {
      const known =
        telling.has(name) ||
        (name === 'url' && path.endsWith('xtension')) ||
        (name === 'code' && typeof system === 'string' && checked.test(system));
      // Numbers of facilities and episodes end the systems of their own numbers.
      const said = known && typeof inner === 'string' ? `=${inner.replace(/:[0-9A-Z]{5}$/, '')}` : '';
      describe(inner, `${path}.${name}${said}`, shape);
    }
  } else {
    shape.add(`${path}:${typeof value}`);
  }
}
