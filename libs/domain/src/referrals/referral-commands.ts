import type { Residence } from '../codes.js';
import type { DateTime } from '../dates.js';
import type { EpisodeNumber, FacilityCode, ResidentId } from '../ids.js';
import type { TransferPaper } from '../visits/visit-content.js';
import type { ReferralAnswer, ReferralDirection, ReferralKey } from './referral-events.js';
import type { ReferralValidity } from './referral-validity.js';

/** What somebody asks of a referral. Time, actor and holidays come with it: a decision looks at nothing else. */
export type ReferralCommand =
  | IssueReferral
  | ReceiveReferral
  | AcceptReferral
  | DeclineReferral
  | RedirectReferral
  | RecordArrival
  | RecordNonArrival
  | AnswerReferral
  | ReferBack
  | CloseReferral
  | CancelReferral
  | ExpireReferral;

/** The steps by the words of their addresses. */
export type ReferralStep = ReferralCommand['step'];

type StepCommand<Name extends string, Content = unknown> = {
  readonly step: Name;
  readonly referral: ReferralKey;
  /** When it happened in the world. */
  readonly at: DateTime;
  /** The facility that does it. */
  readonly by: FacilityCode;
} & Content;

/** The person a message is about. Given, it must be the person of the paper; absent, that person is meant. */
type About = { readonly resident?: ResidentId };

/** The sender's transfer paper, or its corrected version. */
export type IssueReferral = StepCommand<
  'issue',
  {
    readonly resident: ResidentId;
    readonly paper: TransferPaper;
    readonly direction: ReferralDirection;
    readonly residence?: Residence;
    readonly validity: ReferralValidity;
    /** Public holidays that fall on a weekday, `YYYY-MM-DD`. */
    readonly holidays?: ReadonlySet<string>;
    /** The visit it is issued in. */
    readonly episode?: EpisodeNumber;
  }
>;
export type ReceiveReferral = StepCommand<'receive'>;
export type AcceptReferral = StepCommand<'accept', { readonly appointment?: DateTime; readonly note?: string }>;
export type DeclineReferral = StepCommand<'decline', { readonly reason: string }>;
export type RedirectReferral = StepCommand<'redirect', { readonly to: FacilityCode; readonly reason: string }>;
/** `episode` is the receiving facility's own. Without a paper on record, `resident` is required. */
export type RecordArrival = StepCommand<'arrive', About & { readonly episode?: EpisodeNumber }>;
export type RecordNonArrival = StepCommand<'did-not-arrive', { readonly note?: string }>;
export type AnswerReferral = StepCommand<'answer', About & { readonly answer: ReferralAnswer }>;
/** `paper` is the receiving facility's own transfer paper, under its own number. */
export type ReferBack = StepCommand<'refer-back', About & { readonly paper?: TransferPaper; readonly note?: string }>;
export type CloseReferral = StepCommand<'close', { readonly note?: string }>;
export type CancelReferral = StepCommand<'cancel', { readonly reason: string }>;
/** Asked by the system alone, about a paper whose last valid day is over. */
export type ExpireReferral = Omit<StepCommand<'expire'>, 'by'>;
