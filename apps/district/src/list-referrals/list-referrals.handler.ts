import { Inject } from '@nestjs/common';
import { type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import { FACILITY_REGISTER } from '#platform/injection.js';
import { WorklistReader } from '../worklists/worklist-reader.js';
import { ListReferrals, type WorklistPage } from './list-referrals.query.js';
import { writePlace } from './page-mark.js';
import { worklistItem } from './worklist-item.js';

@QueryHandler(ListReferrals)
export class ListReferralsHandler implements IQueryHandler<ListReferrals> {
  constructor(
    private readonly worklists: WorklistReader,
    @Inject(FACILITY_REGISTER) private readonly facilities: FacilityRegister,
  ) {}

  async execute({ facility, direction, statuses, after, limit, hidden }: ListReferrals): Promise<WorklistPage> {
    const position = await this.worklists.position();
    const rows = await this.worklists.page(facility, direction, statuses, after, limit + 1);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      items: shown.map((row) => worklistItem(row, this.facilities, hidden)),
      ...(rows.length > limit && last && { next: writePlace(last) }),
      position,
    };
  }
}
