import type { OperationOutcome, OperationOutcomeIssue, Resource } from '@medplum/fhirtypes';
import { dateTimeOf } from '#domain/dates.js';
import type { FacilityCode } from '#domain/ids.js';
import { issueOf } from '#fhir/reading/fault-outcome.js';
import { type SentResource, textOf, textsOf, objectOf } from '#fhir/reading/json.js';
import { type ReadBundle, readBundle } from '#fhir/reading/read-bundle.js';
import { checkResource } from '#fhir/structure/check-resource.js';
import type { Invalidity } from '#fhir/validation.js';
import { issue, outcome } from '../http/fhir-fault.js';
import type { DefinitionsCheck } from './definitions-check.js';
import type { ValidateRequest } from './validate-request.js';

/** Checks a resource as intake would and as HL7's definitions do. Nothing is stored. */
export class Validation {
  constructor(private readonly definitions: Pick<DefinitionsCheck, 'check'>) {}

  /** @param sender facility that would send it; `undefined` for a caller that sends nothing */
  async outcome(
    resource: SentResource,
    { mode, profile }: Omit<ValidateRequest, 'resource'>,
    sender: FacilityCode | undefined,
  ): Promise<OperationOutcome> {
    const issues = [...ofProfiles(resource, profile), ...(mode === 'delete' ? [notDeleted] : [])];
    if (mode !== 'delete') {
      const own =
        mode === 'create' || mode === 'update'
          ? ofIntake(resource, sender)
          : checkResource(resource, resource.resourceType).map(issueOf);
      issues.push(...own, ...(mode === 'update' ? [notInPlace] : []));
      issues.push(...ofDefinitions(await this.definitions.check(resource as unknown as Resource), own));
    }
    const wrong = issues.some(({ severity }) => severity === 'error');
    return outcome(wrong ? issues : [...issues, valid]);
  }
}

/** What intake would say of it today. */
function ofIntake(resource: SentResource, sender: FacilityCode | undefined): readonly OperationOutcomeIssue[] {
  if (sender === undefined) return [...checkResource(resource, resource.resourceType).map(issueOf), notASender];
  const body = Buffer.from(JSON.stringify(resource));
  const read = readBundle(body, { facility: sender, receivedAt: dateTimeOf(Date.now()) });
  const faults = [...read.faults, ...read.entries.flatMap((entry) => entry.faults)];
  return [
    ...faults.map(issueOf),
    ...(read.sender === sender ? [] : [otherSender]),
    ...(refersToSomebody(read) ? [patientNotLookedUp] : []),
  ];
}

const refersToSomebody = ({ records }: ReadBundle): boolean => records.some(({ known }) => known !== undefined);

/** Findings of the definitions where our own checks have found nothing: the same fault is not told twice. */
function ofDefinitions(
  found: readonly Invalidity[],
  told: readonly OperationOutcomeIssue[],
): readonly OperationOutcomeIssue[] {
  const places = new Set(told.flatMap(({ expression = [] }) => expression.map(plainPath)));
  return found
    .filter(({ path }) => !places.has(plainPath(path)))
    .map(({ path, text }) => ({
      ...issue('error', 'invalid', {
        vi: `Không đúng định nghĩa R4 của HL7: ${text}`,
        en: `Not as HL7's definitions of R4 have it: ${text}`,
      }),
      ...(path !== '' && { expression: [path] }),
    }));
}

/** Without the places in lists, which validators count differently. */
const plainPath = (path: string): string => path.replaceAll(/\[\w+\]/g, '');

function ofProfiles(resource: SentResource, asked: string | undefined): readonly OperationOutcomeIssue[] {
  const base = `http://hl7.org/fhir/StructureDefinition/${resource.resourceType}`;
  const claimed = textsOf(objectOf(resource['meta'])?.['profile']).filter((one) => unversioned(one) !== base);
  const asking = textOf(asked);
  return [
    ...(asking === undefined || unversioned(asking) === base ? [] : [unknownProfile('error', asking, [])]),
    ...claimed
      .filter((one) => one !== asking)
      .map((one) => unknownProfile('information', one, [`${resource.resourceType}.meta.profile`])),
  ];
}

const unversioned = (canonical: string): string => canonical.replace(/\|.*$/s, '');

function unknownProfile(
  severity: 'error' | 'information',
  profile: string,
  expression: string[],
): OperationOutcomeIssue {
  const shown = profile.slice(0, 200);
  return {
    ...issue(severity, 'not-supported', {
      vi: `Không có định nghĩa của hồ sơ mẫu (profile) ${shown}: chưa kiểm tra theo mẫu này.`,
      en: `There is no definition of the profile ${shown} here: it was not checked against it.`,
    }),
    ...(expression.length > 0 && { expression }),
  };
}

const valid = issue('information', 'informational', { vi: 'Không có lỗi.', en: 'No errors.' });

const notASender = issue('information', 'informational', {
  vi: 'Tài khoản này không thuộc cơ sở nào: chưa kiểm tra theo điều kiện tiếp nhận.',
  en: 'The caller belongs to no facility: what intake asks for was not checked.',
});

const otherSender = issue('error', 'forbidden', {
  vi: 'Tài nguyên ghi một cơ sở khác với cơ sở của tài khoản đang dùng; sẽ bị từ chối.',
  en: 'The resource names another facility than the caller’s; it would be refused.',
});

const patientNotLookedUp = issue('information', 'informational', {
  vi: 'Người bệnh được nêu bằng tham chiếu phải có trong hệ thống khi gửi; ở đây chưa tra.',
  en: 'The patient it refers to must be known when it is sent; that was not looked up here.',
});

const notInPlace = issue('information', 'informational', {
  vi: 'Máy chủ không nhận PUT: gửi bằng POST với cùng identifier, bản mới thay bản cũ.',
  en: 'PUT is not taken: POST it with the same identifier, and the new one takes the place of the old.',
});

const notDeleted = issue('error', 'not-supported', {
  vi: 'Hồ sơ không xóa; một lượt khám được rút lại bằng Encounter có status entered-in-error.',
  en: 'The record does not delete; a visit is withdrawn by an Encounter of status entered-in-error.',
});
