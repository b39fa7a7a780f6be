/** Groups of residents that follow from the record: nobody keeps a list of them. Pure. */
import { parseFacilityCode } from '#domain/ids.js';
import { type Programme, programmes } from '#domain/programmes/programme.js';

export type GroupKind =
  /** Who lives in a commune, as the newest message about them says. */
  | { readonly kind: 'commune'; readonly code: string }
  /** Whose record is open to a facility. */
  | { readonly kind: 'facility'; readonly code: string }
  /** Who is followed in a programme. */
  | { readonly kind: 'programme'; readonly code: Programme };

export const groupId = ({ kind, code }: GroupKind): string => `${kind}-${code}`;

/** `commune-26734`, `facility-08Z11`, `programme-hypertension`; `undefined` for any other id. */
export function parseGroupId(id: string): GroupKind | undefined {
  const [, kind, code = ''] = /^(commune|facility|programme)-(.+)$/.exec(id) ?? [];
  switch (kind) {
    case 'commune':
      return /^\d{5}$/.test(code) ? { kind, code } : undefined;
    case 'facility':
      return parseFacilityCode(code) === undefined ? undefined : { kind, code };
    case 'programme': {
      const programme = programmes.find((one) => one === code);
      return programme && { kind, code: programme };
    }
    default:
      return undefined;
  }
}
