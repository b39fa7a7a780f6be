import { parseArgs } from 'node:util';
import { parseFacilityCode, parseResidentId } from '#domain/ids.js';
import { type CallerKind, grantableTo, scopesOf } from '#security/caller.js';
import { contextsOf, parseSmartScope } from '#security/smart-scopes.js';
import type { Grant } from '#security/token-issuer.js';
import { reasonOf, WrongUse } from './output.js';

export const tokenUsage = `npm run -s token -- --as KIND [--facility CODE] [--resident ID] [--hours N] [--scope "SCOPES"]

  --as        ${Object.keys(scopesOf).join(' | ')}
  --facility  mã cơ sở, bắt buộc với station và hospital / facility code, needed for station and hospital: 08Z11
  --resident  mã người dân (UUID), bắt buộc với resident / resident id (UUID), needed for resident
  --hours     thời hạn tính bằng giờ, mặc định 12 / how long the token holds, default 12
  --scope     quyền, cách nhau bằng khoảng trắng, mặc định mọi quyền thường lệ của loại / scopes by blanks, default the usual ones of the kind:
              "record.read sensitive.hiv", "system/Observation.rs system/Patient.r"`;

const longestHours = 24 * 366;

/**
 * What the command line asks for; `help` when it asks how to.
 * @throws WrongUse
 */
export function parseTokenRequest(parameters: readonly string[]): Grant | 'help' {
  const values = read(parameters);
  if (values.help) return 'help';
  const kind = Object.keys(scopesOf).find((known): known is CallerKind => known === values.as);
  if (!kind) {
    const allowed = Object.keys(scopesOf).join(' | ');
    throw wrong(`--as: cần một trong ${allowed}`, `--as: one of ${allowed} is needed`);
  }
  const hours = values.hours === undefined ? 12 : Number(values.hours);
  if (!(hours > 0 && hours <= longestHours)) {
    throw wrong(
      `--hours: số giờ lớn hơn 0, nhiều nhất ${longestHours}`,
      `--hours: a number of hours above 0, at most ${longestHours}`,
    );
  }
  const facility = values.facility === undefined ? undefined : parseFacilityCode(values.facility);
  if (values.facility !== undefined && !facility) {
    throw wrong(
      '--facility: mã cơ sở gồm 5 ký tự như 08Z11',
      '--facility: a facility code has five characters, like 08Z11',
    );
  }
  if (!facility && (kind === 'station' || kind === 'hospital')) {
    throw wrong(`--facility: bắt buộc với ${kind}`, `--facility: needed for ${kind}`);
  }
  if (facility && !['station', 'hospital', 'clinician'].includes(kind)) {
    throw wrong(`--facility: không dùng với ${kind}`, `--facility: not used with ${kind}`);
  }
  const resident = values.resident === undefined ? undefined : parseResidentId(values.resident);
  if ((values.resident !== undefined || kind === 'resident') && !resident) {
    throw wrong('--resident: cần mã người dân (UUID)', '--resident: the id of a resident (UUID) is needed');
  }
  if (resident && kind !== 'resident')
    throw wrong(`--resident: không dùng với ${kind}`, `--resident: not used with ${kind}`);
  const scope = values.scope === undefined ? undefined : checkedScope(kind, values.scope);
  return {
    kind,
    hours,
    ...(facility && { facility }),
    ...(resident && { resident }),
    ...(scope !== undefined && { scope }),
  };
}

/** A word that would give nothing is a mistake of who asks. */
function checkedScope(kind: CallerKind, text: string): string {
  const words = text.split(/\s+/).filter(Boolean);
  const own: readonly string[] = grantableTo(kind);
  const unusable = words.find((word) => {
    const smart = parseSmartScope(word);
    return smart ? !contextsOf[kind].includes(smart.context) : !own.includes(word);
  });
  if (words.length === 0 || unusable !== undefined) {
    const shown = (unusable ?? '').slice(0, 80);
    const contexts = contextsOf[kind].map((context) => `${context}/*.rs`);
    const allowed = [...own, ...contexts].join(' ');
    throw wrong(
      `--scope: không cấp được “${shown}” cho ${kind}; có: ${allowed}`,
      `--scope: “${shown}” cannot be given to ${kind}; there are: ${allowed}`,
    );
  }
  return words.join(' ');
}

function read(parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      options: {
        as: { type: 'string' },
        facility: { type: 'string' },
        resident: { type: 'string' },
        hours: { type: 'string' },
        scope: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    const reason = reasonOf(error);
    throw wrong(`Tham số không đúng: ${reason}`, `Wrong parameters: ${reason}`);
  }
}

function wrong(vi: string, en: string): WrongUse {
  return new WrongUse({ vi, en: `${en}\n\n${tokenUsage}` });
}
