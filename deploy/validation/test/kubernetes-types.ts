import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './deploy-files.js';

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [more: string]: unknown;
}

/**
 * What is wrong with objects by the types made of Kubernetes' own OpenAPI document: unknown and missing fields, wrong types and
 * values. The compiler checks them, since the schemas alone let a misspelt field pass.
 */
export function typeFaults(objects: readonly KubernetesObject[]): string {
  // Where `kubernetes-models` is found from.
  const folder = mkdtempSync(join(root, 'dist', 'kubernetes-types-'));
  try {
    const lines = objects.map(({ apiVersion, kind, ...rest }, index) => {
      const text = JSON.stringify({ apiVersion, kind, ...rest });
      return `import type { I${kind} as T${index} } from 'kubernetes-models/${apiVersion}';\nconst o${index}: T${index} = ${text};\nvoid o${index};`;
    });
    const file = join(folder, 'objects.ts');
    writeFileSync(file, lines.join('\n'));
    const options = [
      '--ignoreConfig',
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--types',
      '',
    ];
    const { status, said } = run(process.execPath, ['node_modules/typescript/bin/tsc', ...options, file]);
    return status === 0 ? '' : said;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
