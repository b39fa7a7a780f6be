import { Inject, Injectable } from '@nestjs/common';
import type { LocalDate } from '#domain/dates.js';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import type { Sex } from '#domain/codes.js';
import type { KnownReferral, ReferralStatus } from '#domain/referrals/referral-state.js';
import type { View } from '#projections/view-host.js';

/** Injection token of the `View` of the projection `referral-worklists`. */
export const WORKLISTS = Symbol('Worklists');

export interface PersonOnWorklist {
  readonly name: string;
  readonly sex: Sex;
  readonly birthYear?: number;
}

export interface WorklistRow {
  readonly id: string;
  readonly state: KnownReferral;
  readonly referredAt: string;
  readonly changedAt: string;
  readonly revision: number;
  /** The record that goes on, where the referral's resident is part of another record now. */
  readonly survivor?: ResidentId;
  /** Absent while the resident's registration has not reached the view. */
  readonly person?: PersonOnWorklist;
}

/** Where a page of a worklist ends: the next one begins behind it. */
export interface WorklistPlace {
  readonly referredAt: string;
  readonly id: string;
}

export interface StepRow {
  readonly position: number;
  readonly referral: string;
  readonly revision: number;
  readonly type: string;
  /** Of the referral after this step. */
  readonly status: ReferralStatus;
  readonly from: FacilityCode;
  readonly to: FacilityCode;
  readonly recordedAt: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface StoredRow {
  readonly id: string;
  readonly state: string;
  readonly referred_at: string;
  readonly changed_at: string;
  readonly revision: number | bigint;
  readonly name: string | null;
  readonly sex: Sex | null;
  readonly birth_year: number | bigint | null;
  readonly survivor: ResidentId | null;
}

/** Reads of the view, each by an index and bounded. */
@Injectable()
export class WorklistReader {
  constructor(@Inject(WORKLISTS) private readonly view: View) {}

  /** Newest paper first. `statuses` empty: all. */
  async page(
    facility: FacilityCode,
    direction: 'incoming' | 'outgoing',
    statuses: readonly ReferralStatus[],
    after: WorklistPlace | undefined,
    limit: number,
  ): Promise<readonly WorklistRow[]> {
    const side = direction === 'incoming' ? 'addressee' : 'sender';
    const read = async (status?: ReferralStatus): Promise<readonly StoredRow[]> =>
      this.view.database.query<StoredRow>(
        `select r.id, r.state, r.referred_at, r.changed_at, r.revision, m.survivor, p.name, p.sex, p.birth_year
         from referral r left join merged m on m.joined = r.resident
         left join resident p on p.id = coalesce(m.survivor, r.resident)
         where r.${side} = ? ${status ? 'and r.status = ?' : ''} ${after ? 'and (r.referred_at, r.id) < (?, ?)' : ''}
         order by r.referred_at desc, r.id desc limit ?`,
        [facility, ...(status ? [status] : []), ...(after ? [after.referredAt, after.id] : []), limit],
      );
    // Each status is one walk along its index, whatever else the facility has.
    const rows = statuses.length === 0 ? await read() : (await Promise.all(statuses.map(read))).flat();
    return rows.toSorted(newestFirst).slice(0, limit).map(rowOf);
  }

  /** The record that goes on; the resident's own where it is not part of another. */
  async survivorOf(resident: ResidentId): Promise<ResidentId> {
    const [found] = await this.view.database.query<{ readonly survivor: ResidentId }>(
      'select survivor from merged where joined = ?',
      [resident],
    );
    return found?.survivor ?? resident;
  }

  async person(resident: string): Promise<PersonOnWorklist | undefined> {
    const [found] = await this.view.database.query<Pick<StoredRow, 'name' | 'sex' | 'birth_year'>>(
      'select name, sex, birth_year from resident where id = ?',
      [resident],
    );
    return found && personOf(found);
  }

  /** Steps that concern a facility, in the order of the log. */
  async steps(facility: FacilityCode, after: number, limit: number): Promise<readonly StepRow[]> {
    const rows = await this.view.database.query<{
      position: number | bigint;
      referral: string;
      revision: number | bigint;
      type: string;
      status: ReferralStatus;
      sender: FacilityCode;
      addressee: FacilityCode;
      recorded_at: string;
      data: string;
      survivor: ResidentId | null;
    }>(
      `select s.position, s.referral, s.revision, s.type, s.status, s.sender, s.addressee, s.recorded_at, s.data, m.survivor
       from referral_feed f join referral_step s on s.position = f.position join referral r on r.id = s.referral
       left join merged m on m.joined = r.resident
       where f.facility = ? and f.position > ? order by f.position limit ?`,
      [facility, after, limit],
    );
    return rows.map((row) => ({
      position: Number(row.position),
      referral: row.referral,
      revision: Number(row.revision),
      type: row.type,
      status: row.status,
      from: row.sender,
      to: row.addressee,
      recordedAt: row.recorded_at,
      data: {
        ...(JSON.parse(row.data) as Readonly<Record<string, unknown>>),
        ...(row.survivor !== null && { resident: row.survivor }),
      },
    }));
  }

  /** Referrals in a status whose paper's last valid day is before `today`, the oldest first. */
  async overdue(
    status: ReferralStatus,
    today: LocalDate,
    after: { readonly validUntil: string; readonly id: string } | undefined,
    limit: number,
  ): Promise<readonly { readonly id: string; readonly validUntil: LocalDate }[]> {
    const rows = await this.view.database.query<{ id: string; valid_until: LocalDate }>(
      `select id, valid_until from referral
       where status = ? and valid_until < ? and (valid_until, id) > (?, ?) order by valid_until, id limit ?`,
      [status, today, after?.validUntil ?? '', after?.id ?? '', limit],
    );
    return rows.map(({ id, valid_until: validUntil }) => ({ id, validUntil }));
  }

  async position(): Promise<number> {
    return (await this.view.status()).position;
  }

  onAdvanced(listener: () => void): () => void {
    return this.view.onAdvanced(listener);
  }
}

function rowOf(row: StoredRow): WorklistRow {
  const person = personOf(row);
  return {
    id: row.id,
    state: JSON.parse(row.state) as KnownReferral,
    referredAt: row.referred_at,
    changedAt: row.changed_at,
    revision: Number(row.revision),
    ...(row.survivor !== null && { survivor: row.survivor }),
    ...(person && { person }),
  };
}

function personOf(row: Pick<StoredRow, 'name' | 'sex' | 'birth_year'>): PersonOnWorklist | undefined {
  if (row.name === null) return undefined;
  return {
    name: row.name,
    sex: row.sex ?? 'unknown',
    ...(row.birth_year !== null && { birthYear: Number(row.birth_year) }),
  };
}

function newestFirst(a: StoredRow, b: StoredRow): number {
  if (a.referred_at !== b.referred_at) return a.referred_at < b.referred_at ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}
