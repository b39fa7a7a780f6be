import type { CallerKind } from './caller.js';

/** What SMART lets one do with a resource type: create, read, update, delete, search. */
export type SmartInteraction = 'c' | 'r' | 'u' | 'd' | 's';

/** One scope of SMART App Launch, of its versions 1 (`.read`, `.write`, `.*`) and 2 (`.rs`, `.cruds`). */
export interface SmartScope {
  readonly context: 'patient' | 'user' | 'system';
  /** A resource type, or `*`. */
  readonly resource: string;
  readonly interactions: readonly SmartInteraction[];
}

/** What the words of version 1 stand for (SMART App Launch 2.2, §8.0.8: `read` is `rs`, `write` is `cud`). */
const versionOne: Readonly<Record<string, readonly SmartInteraction[]>> = {
  read: ['r', 's'],
  write: ['c', 'u', 'd'],
  '*': ['c', 'r', 'u', 'd', 's'],
};

/**
 * A scope of SMART; `undefined` for any other word. Scopes with a query (`?category=…`) are none: a narrower right than was asked for
 * cannot be given, a wider one must not be.
 */
export function parseSmartScope(word: string): SmartScope | undefined {
  const [, context, resource = '', rights = ''] =
    /^(patient|user|system)\/(\*|[A-Z][A-Za-z]+)\.(\S+)$/.exec(word) ?? [];
  if (context === undefined) return undefined;
  const interactions =
    versionOne[rights] ?? (/^(?=.)c?r?u?d?s?$/.test(rights) ? (rights.split('') as SmartInteraction[]) : []);
  return interactions.length === 0 ? undefined : { context: context as SmartScope['context'], resource, interactions };
}

/** In whose name a kind of caller can ask: a resident for itself, software of a facility for the facility, a clinician as a user. */
export const contextsOf: Readonly<Record<CallerKind, readonly SmartScope['context'][]>> = {
  station: ['system', 'user'],
  hospital: ['system', 'user'],
  clinician: ['user'],
  province: [],
  resident: ['patient', 'user'],
  operator: [],
};

/**
 * SMART's scopes among the words of a token; `undefined` where there is none, which leaves the caller what its kind may do. Of
 * scopes in another's name nothing comes.
 */
export function smartScopesOf(kind: CallerKind, words: Iterable<string>): readonly SmartScope[] | undefined {
  const named = [...words].map(smartWord).filter((one) => one !== undefined);
  if (named.length === 0) return undefined;
  return named.flatMap((scope) => (scope !== 'unusable' && contextsOf[kind].includes(scope.context) ? [scope] : []));
}

/** A word that looks like a scope of SMART but cannot be honoured still narrows. */
function smartWord(word: string): SmartScope | 'unusable' | undefined {
  return parseSmartScope(word) ?? (/^(patient|user|system)\//.test(word) ? 'unusable' : undefined);
}

/** Whether SMART's scopes, where there are any, let the caller do this with resources of a type. */
export function mayUse(
  { smart }: { readonly smart?: readonly SmartScope[] },
  type: string,
  interaction: SmartInteraction,
): boolean {
  return (
    smart === undefined ||
    smart.some(
      ({ resource, interactions }) => (resource === '*' || resource === type) && interactions.includes(interaction),
    )
  );
}
