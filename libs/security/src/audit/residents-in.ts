const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const patientReference = /(?:^|\/)Patient\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/|$)/;

/**
 * Ids of residents that an answer names: FHIR Patients and references to them, and `resident` or `residents` of our own answers.
 * What is not said here must be told to the disclosure of the request.
 */
export function residentsIn(answer: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  collect(answer, found);
  return found;
}

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const one of value) collect(one, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const object = value as Readonly<Record<string, unknown>>;
  const { resourceType, id } = object;
  if (resourceType === 'Patient' && typeof id === 'string' && uuid.test(id)) found.add(id);
  for (const name in object) {
    const inner = object[name];
    if (typeof inner === 'object') {
      if ((name === 'resident' || name === 'residents' || name === 'records') && inner !== null)
        collectIds(inner, found);
      collect(inner, found);
    } else if (typeof inner === 'string') {
      if (name === 'reference') {
        const [, named] = patientReference.exec(inner) ?? [];
        if (named !== undefined) found.add(named);
      } else if ((name === 'resident' || name === 'survivor') && uuid.test(inner)) found.add(inner);
    }
  }
}

/** A resident written out, or several: `{ id }`, `[id]`, `[{ id }]`. */
function collectIds(value: unknown, found: Set<string>): void {
  for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
    const id = typeof one === 'string' ? one : (one as { readonly id?: unknown } | null)?.id;
    if (typeof id === 'string' && uuid.test(id)) found.add(id);
  }
}
