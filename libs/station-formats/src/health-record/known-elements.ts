import { readFileSync } from 'node:fs';

/** Elements of which a record may hold several side by side. */
export const repeatingElements: ReadonlySet<string> = new Set([
  'QUANHE_GIADINH',
  'DSYEUTO',
  'DSKHUYETTAT',
  'DSDIUNG',
  'DSBENH',
  'THONGTINMUITIEM',
  'HOSOKHAMCHUABENH',
  'DICHVU',
  'CHANDOANBENH',
]);

/** Child elements of each element in their order, out of `data/qd831_xml_structure.tsv`: paths as `.../TIENSU/A|B`. */
function readStructure(): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  const add = (parent: string, child: string): void => {
    const known = children.get(parent);
    if (!known) children.set(parent, [child]);
    else if (!known.includes(child)) known.push(child);
  };
  const lines = readFileSync(new URL('../../data/qd831_xml_structure.tsv', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1);
  for (const line of lines) {
    const [path = '', , element = ''] = line.split('\t');
    const steps = path.split('/').filter((step) => step !== '...');
    for (const parent of (steps.at(-1) ?? '').split('|')) add(parent, element);
    for (const [index, step] of steps.entries()) {
      const parent = steps[index - 1];
      if (parent !== undefined) for (const child of step.split('|')) add(parent, child);
    }
  }
  return children;
}

/** Element name → names of its children, in the order of the QĐ 831 form. */
export const healthRecordStructure: ReadonlyMap<string, readonly string[]> = readStructure();

/** Every element name of the QĐ 831 record, and a spelling of one that some software writes. */
export const knownElements: ReadonlySet<string> = new Set([
  ...healthRecordStructure.keys(),
  ...[...healthRecordStructure.values()].flat(),
  'TIENSU_BENHTAT',
]);
