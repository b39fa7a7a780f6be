import type { FacilityEvent } from './facilities/facility-events.js';
import type { ImmunizationEvent } from './immunizations/immunization-events.js';
import type { ResourceKept } from './kept-resources/kept-resource-events.js';
import type { ReferralEvent } from './referrals/referral-events.js';
import type { ResidentEvent } from './residents/resident-events.js';
import type { ScreeningEvent } from './screenings/screening-events.js';
import type { VisitEvent } from './visits/visit-events.js';

export type DomainEvent =
  ResidentEvent | VisitEvent | ScreeningEvent | ImmunizationEvent | ReferralEvent | FacilityEvent | ResourceKept;
