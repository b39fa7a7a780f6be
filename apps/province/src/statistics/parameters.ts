import { Inject, Injectable } from '@nestjs/common';
import { dateTimeOf, dayOf, type LocalDate, parseLocalDate } from '#domain/dates.js';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import { findIndicator } from '#domain/indicators/indicator.js';
import { parsePeriod, type Period } from '#domain/indicators/period.js';
import type { PlaceRegister } from '#domain/places/place-register.js';
import type { Bilingual } from '#domain/bilingual.js';
import type { Problem } from '#platform/http/problem.js';
import { invalidRequest } from '#platform/http/validation.js';
import { FACILITY_REGISTER, PLACE_REGISTER } from '#platform/injection.js';
import { CLOCK, type Clock, todayBy } from '../clock.js';
import { type FigurePlaceKey, parseFigurePlace } from './figure-place-key.js';

/** Reads the parameters of the statistics calls; a wrong one is refused by its name. */
@Injectable()
export class Parameters {
  constructor(
    @Inject(FACILITY_REGISTER) private readonly facilities: FacilityRegister,
    @Inject(PLACE_REGISTER) private readonly places: PlaceRegister,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  get today(): LocalDate {
    return todayBy(this.clock);
  }

  /** Nothing: everywhere. */
  place(text: string | undefined): FigurePlaceKey {
    const { facilities, places, today } = this;
    const place = parseFigurePlace(text, { facilities, places, today });
    if (place) return place;
    throw wrongParameter('place', {
      vi: 'place phải là mã tỉnh, huyện, xã, hoặc mã cơ sở khám chữa bệnh đã đăng ký (có thể ghi commune:02302, facility:08Z11).',
      en: 'place must be a province, district or commune code, or the code of a registered facility (commune:02302 and facility:08Z11 are understood too).',
    });
  }

  /** Nothing: everything in the log. */
  period(text: string | undefined): Period {
    const period = parsePeriod(text ?? 'all');
    if (period) return period;
    throw wrongParameter('period', {
      vi: 'period phải có dạng YYYY, YYYY-Qn, YYYY-MM, YYYY-MM-DD hoặc all.',
      en: 'period must be YYYY, YYYY-Qn, YYYY-MM, YYYY-MM-DD or all.',
    });
  }

  indicator(text: string | undefined) {
    const indicator = findIndicator(text ?? 'visits');
    if (indicator) return indicator;
    throw wrongParameter('indicator', { vi: 'Không có chỉ số này.', en: 'There is no such indicator.' });
  }

  day(name: 'from' | 'to', text: string | undefined): LocalDate | undefined {
    if (text === undefined || text === '') return undefined;
    const day = parseLocalDate(text);
    if (day) return day;
    throw wrongParameter(name, {
      vi: `${name} phải là ngày dạng YYYY-MM-DD.`,
      en: `${name} must be a day, YYYY-MM-DD.`,
    });
  }

  /**
   * As of when the figures are to be known: a day means its end in Viet Nam. `undefined`: now.
   * @returns the last moment of recording that counts
   */
  asOf(text: string | undefined): Date | undefined {
    if (text === undefined || text === '') return undefined;
    const now = this.clock();
    const day = parseLocalDate(text);
    if (day === dayOf(now)) return undefined;
    const moment = day ? Date.parse(`${day}T23:59:59.999+07:00`) : momentOf(text);
    if (moment !== undefined && moment <= now) return new Date(moment);
    throw wrongParameter('asOf', {
      vi: 'asOf phải là một ngày (YYYY-MM-DD) hoặc thời điểm (2026-10-31T12:00:00+07:00) không ở tương lai.',
      en: 'asOf must be a day (YYYY-MM-DD) or a moment (2026-10-31T12:00:00+07:00) that is not in the future.',
    });
  }

  /** Vietnamese time of a moment, as answers show it. */
  shown(moment: Date | undefined): string {
    return dateTimeOf(moment?.getTime() ?? this.clock());
  }
}

export function wrongParameter(path: string, { vi, en }: Bilingual): Problem {
  return invalidRequest([{ path, rules: ['value'], vi, en }]);
}

function momentOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
