import type { Coding, Residence, Vitals } from '../codes.js';
import type { DateTime } from '../dates.js';
import type { FacilityCode, ScreeningId } from '../ids.js';
import type { ResultLine } from '../visits/visit-content.js';

/** A health check or screening of one resident outside an episode of care (QĐ 824 visit types 15, 16; NCD form Biểu 2). */
export interface ScreeningContent {
  readonly screening: ScreeningId;
  readonly facility: FacilityCode;
  readonly at: DateTime;
  readonly programme: 'general' | 'hypertension' | 'diabetes' | 'copd-asthma' | 'cancer';
  readonly residence?: Residence;
  readonly vitals: Vitals;
  readonly results: readonly ResultLine[];
  /** ICD-10 codes suspected or found. */
  readonly findings: readonly Coding[];
  readonly conclusion?: string;
  readonly practitioner?: string;
  /** Columns of a sheet that are kept as sent: heading → text. */
  readonly otherColumns?: Readonly<Record<string, string>>;
}
