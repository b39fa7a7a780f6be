import {
  parseDateTime,
  parseLocalDate,
  parsePartialDate,
  type DateTime,
  type LocalDate,
  type PartialDate,
} from '#domain/dates.js';
import type { Fault } from '#station-formats/station-message.js';
import { wrongValue } from './command-faults.js';

/** Dates that have the right form but are on no calendar become faults. */
export class CheckedValues {
  constructor(private readonly faults: Fault[]) {}

  reject(path: string): undefined {
    this.faults.push(wrongValue(path));
    return undefined;
  }

  moment(path: string, text: string | undefined): DateTime | undefined {
    return text === undefined ? undefined : (parseDateTime(text) ?? this.reject(path));
  }

  /** The line with its times rewritten as Vietnamese time. */
  moments<Line extends object>(path: string, line: Line, fields: readonly (keyof Line & string)[]): Line {
    const checked = fields.flatMap((field) => {
      const text = line[field];
      if (typeof text !== 'string') return [];
      const moment = this.moment(`${path}/${field}`, text);
      return moment ? [[field, moment] as const] : [];
    });
    return { ...line, ...Object.fromEntries(checked) };
  }

  day(path: string, text: string | undefined): LocalDate | undefined {
    return text === undefined ? undefined : (parseLocalDate(text) ?? this.reject(path));
  }

  partialDate(path: string, text: string | undefined): PartialDate | undefined {
    return text === undefined ? undefined : (parsePartialDate(text) ?? this.reject(path));
  }
}
