import type { Bundle, Group } from '@medplum/fhirtypes';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { LocalDate } from '#domain/dates.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import { programmes } from '#domain/programmes/programme.js';
import { programmeNames } from '#fhir/programmes/episode-of-care.js';
import { codeSystems, facilityCodeSystem } from '#fhir/systems.js';
import type { Visibility } from '../access/visibility.js';
import { matcherOf } from '../search/matching/matcher.js';
import type { SearchRequest } from '../search/search-request.js';
import { entry } from '../search/search-service.js';
import { shown } from '../search/shown-elements.js';
import { type GroupKind, groupId, parseGroupId } from './group-id.js';

/** `Groups` */
export const GROUPS = Symbol('Groups');

const groupSystem = 'urn:lien-tuyen:sid:group';

/**
 * The groups of residents whose records can be exported together. They are described, their members are not listed: who they are is what
 * the record says when it is asked.
 */
export class Groups {
  constructor(
    private readonly facilities: FacilityRegister,
    private readonly places: PlaceRegister,
    /** Day on which the service was started: what a group is called is known since then. */
    private readonly since: string,
  ) {}

  /** `undefined` where there is none, or the caller's kind is shown none. */
  find(id: string, visibility: Visibility): Group | undefined {
    const of = parseGroupId(id);
    return of && this.#kinds(visibility).some((one) => groupId(one) === id) ? this.#group(of) : undefined;
  }

  /** The page of a search of Group, its first one with what of these groups is asked for. */
  among(bundle: Bundle, request: SearchRequest, visibility: Visibility, base: string): Bundle {
    if (request.after !== undefined || request.compartment !== undefined) return bundle;
    const found = this.#kinds(visibility)
      .map((one) => this.#group(one))
      .filter(meets(request));
    const total = bundle.total === undefined ? {} : { total: bundle.total + found.length };
    if (request.countOnly) return { ...bundle, ...total };
    const entries = [...found.map((one) => entry(base, shown(one, request), 'match')), ...(bundle.entry ?? [])];
    return { ...bundle, ...total, ...(entries.length > 0 && { entry: entries }) };
  }

  #kinds(visibility: Visibility): readonly GroupKind[] {
    if (visibility.kind === 'resident') return [];
    const facilities = visibility.kind === 'facility' ? [visibility.facility] : this.#codes();
    return [
      ...facilities.map((code) => ({ kind: 'facility', code }) as const),
      ...programmes.map((code) => ({ kind: 'programme', code }) as const),
      ...this.#communes().map((code) => ({ kind: 'commune', code }) as const),
    ];
  }

  readonly #codes = (): readonly string[] => this.facilities.all().map(({ code }) => code);

  /** Those where facilities stand, or stood. */
  #communes(): readonly string[] {
    const codes = this.facilities.all().flatMap(({ places }) => places.flatMap(({ communeCode }) => communeCode ?? []));
    return [...new Set(codes)].toSorted();
  }

  #group(of: GroupKind): Group {
    const id = groupId(of);
    return {
      resourceType: 'Group',
      id,
      meta: { versionId: '1', lastUpdated: `${this.since}T00:00:00.000+07:00` },
      identifier: [{ system: groupSystem, value: id }],
      active: true,
      type: 'person',
      actual: true,
      ...this.#described(of),
    };
  }

  #described(of: GroupKind): Pick<Group, 'code' | 'name' | 'managingEntity'> {
    switch (of.kind) {
      case 'commune': {
        const name = this.places.on(of.code, this.since as LocalDate)?.name ?? of.code;
        return {
          code: { coding: [{ system: codeSystems.place, code: of.code, display: name }] },
          name: `Người cư trú tại ${name}`,
        };
      }
      case 'facility': {
        const name = this.facilities.get(of.code)?.name ?? of.code;
        return {
          code: { coding: [{ system: facilityCodeSystem, code: of.code, display: name }] },
          name: `Người có hồ sơ tại ${name}`,
          managingEntity: { reference: `Organization/${of.code}`, display: name },
        };
      }
      case 'programme': {
        const name = programmeNames[of.code];
        return {
          code: { coding: [{ system: codeSystems.programme, code: of.code, display: name }] },
          name: `Người trong chương trình: ${name}`,
        };
      }
      default:
        return of satisfies never;
    }
  }
}

/** Chains lead away from these groups: they refer to no resource that is searched. */
function meets({ criteria }: SearchRequest): (group: Group) => boolean {
  const matchers = criteria.map((criterion) =>
    criterion.kind === 'values'
      ? matcherOf(criterion.parameter, criterion.modifier, criterion.values)
      : (): boolean => false,
  );
  return (group) => matchers.every((matches) => matches(group));
}
