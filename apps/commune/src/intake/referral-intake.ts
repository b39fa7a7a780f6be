import type { DateTime } from '#domain/dates.js';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { FacilityCode, ResidentId } from '#domain/ids.js';
import { decideReferral, type ReferralRefusal } from '#domain/referrals/decide-referral.js';
import type { ReferralCommand } from '#domain/referrals/referral-commands.js';
import { referralDirection } from '#domain/referrals/referral-direction.js';
import type {
  ReferralAnswer,
  ReferralDirection,
  ReferralEvent,
  ReferralKey,
} from '#domain/referrals/referral-events.js';
import { evolveReferral, initialReferral, type ReferralState } from '#domain/referrals/referral-state.js';
import type { Diagnosis, Residence } from '#domain/codes.js';
import { referralStream } from '#domain/streams.js';
import type { TransferPaper, VisitContent } from '#domain/visits/visit-content.js';
import { decideAndAppend } from '#event-store/decide-and-append.js';
import { streamName, type EventStore } from '#event-store/event-store.js';
import type { Fault } from '#station-formats/station-message.js';
import { eventsOf, type MessageContext } from './message-context.js';

/** Moves referrals by what messages prove: a transfer paper issues one, an episode that names a paper is the arrival and the answer. */
export class ReferralIntake {
  constructor(
    private readonly store: EventStore,
    private readonly facilities: FacilityRegister,
    /** Whether two records are one person now. */
    private readonly areOne: (a: ResidentId, b: ResidentId) => Promise<boolean> = async (a, b) => a === b,
  ) {}

  /** What a recorded visit says of referrals. Faults where it does not fit: the visit itself stands. */
  async ofVisit(visit: VisitContent, resident: ResidentId, context: MessageContext): Promise<readonly Fault[]> {
    const { arrivedWith, transfer } = visit;
    const faults: Fault[] = [];
    let answeredByTransfer = false;
    if (arrivedWith && arrivedWith.from !== visit.facility) {
      const back = transfer !== undefined && transfer.to === arrivedWith.from ? transfer : undefined;
      answeredByTransfer = back !== undefined;
      const steps = stepsOfArrival(visit, resident, arrivedWith, back);
      faults.push(...(await this.#take(arrivedWith, steps, context, resident)));
    }
    if (transfer && !answeredByTransfer) {
      faults.push(...(await this.issue(transfer, resident, visit.residence, context, visit)));
    }
    return faults;
  }

  /** A transfer paper, alone or as part of a visit. */
  async issue(
    paper: TransferPaper,
    resident: ResidentId,
    residence: Residence | undefined,
    context: MessageContext,
    visit?: VisitContent,
  ): Promise<readonly Fault[]> {
    if (paper.from !== context.facility) return [paperOfOtherFacility];
    const referral: ReferralKey = { from: paper.from, number: paper.number };
    const step: ReferralCommand = {
      step: 'issue',
      referral,
      resident,
      at: paper.issuedAt,
      by: paper.from,
      paper,
      direction: this.#direction(paper.from, paper.to),
      validity: 'ten-working-days',
      ...(residence && { residence }),
      ...(visit && { episode: visit.episode }),
    };
    return this.#take(referral, [step], context, resident);
  }

  /** Facilities the register does not know are taken to be of the level their paper suggests: up. */
  #direction(from: FacilityCode, to: FacilityCode): ReferralDirection {
    const sender = this.facilities.get(from);
    const receiver = this.facilities.get(to);
    return sender && receiver ? referralDirection(sender.careLevel, receiver.careLevel) : 'up';
  }

  async #take(
    referral: ReferralKey,
    steps: readonly ReferralCommand[],
    context: MessageContext,
    resident: ResidentId,
  ): Promise<readonly Fault[]> {
    const { category, key } = referralStream(referral);
    const stream = streamName(category, key);
    const first = steps[0];
    if (!first) return [];
    const { outcome, before } = await decideAndAppend<ReferralState, readonly ReferralRefusal[]>(this.store, {
      stream,
      initialState: initialReferral,
      evolve: (state, event) => evolveReferral(state, event as ReferralEvent),
      decide: ({ state, revision }) => {
        const { events, refusals } = decideInTurn(steps, state);
        return {
          outcome: refusals,
          events: eventsOf(context, stream, revision, events, { occurredAt: first.at, subject: resident }),
        };
      },
    });
    const named = before.state.status === 'unknown' ? resident : before.state.resident;
    const isOther = named !== resident && outcome.some(({ reason }) => reason === 'other-resident');
    // Written for a record that is merged with this one: its word is taken for that.
    if (isOther && (await this.areOne(named, resident))) {
      const forNamed = steps.map((step) => ('resident' in step ? { ...step, resident: named } : step));
      return this.#take(referral, forNamed, context, named);
    }
    return outcome.map(faultOfRefusal);
  }
}

/** Each step decided on the state the one before leads to. */
function decideInTurn(
  steps: readonly ReferralCommand[],
  start: ReferralState,
): { readonly events: readonly ReferralEvent[]; readonly refusals: readonly ReferralRefusal[] } {
  const events: ReferralEvent[] = [];
  const refusals: ReferralRefusal[] = [];
  let state = start;
  for (const step of steps) {
    const decision = decideReferral(step, state);
    if (decision.outcome === 'refused') {
      refusals.push(decision.refusal);
      // What follows builds on this step.
      break;
    }
    if (decision.outcome === 'events') {
      events.push(...decision.events);
      state = decision.events.reduce(evolveReferral, state);
    }
  }
  return { events, refusals };
}

/** The receiving facility's episode: the patient came; when it has ended, what was found; and a transfer paper back. */
function stepsOfArrival(
  visit: VisitContent,
  resident: ResidentId,
  referral: ReferralKey,
  back: TransferPaper | undefined,
): readonly ReferralCommand[] {
  const by = visit.facility;
  const ended: DateTime | undefined = visit.end;
  return [
    { step: 'arrive', referral, at: visit.start, by, resident, episode: visit.episode },
    ...(ended ? [{ step: 'answer' as const, referral, at: ended, by, resident, answer: answerOf(visit) }] : []),
    ...(back ? [{ step: 'refer-back' as const, referral, at: back.issuedAt, by, resident, paper: back }] : []),
  ];
}

function answerOf(visit: VisitContent): ReferralAnswer {
  return {
    episode: visit.episode,
    diagnoses: visit.diagnoses.map(diagnosisAlone),
    ...(visit.dischargeDiagnosis !== undefined && { diagnosisText: visit.dischargeDiagnosis }),
    ...(visit.treatment !== undefined && { treatment: visit.treatment }),
    ...(visit.treatmentResult !== undefined && { treatmentResult: visit.treatmentResult }),
    ...(visit.appointment && { followUp: visit.appointment.on }),
  };
}

/** What was kept of a diagnosis is the visit's. */
function diagnosisAlone(diagnosis: Diagnosis): Diagnosis {
  const { kept: _, ...alone } = diagnosis;
  return alone;
}

const paperOfOtherFacility: Fault = {
  path: 'XML13/MA_NOI_DI',
  code: 'paper-of-another-facility',
  severity: 'warning',
  text: {
    vi: 'Giấy chuyển tuyến ghi nơi đi là cơ sở khác với cơ sở gửi, nên không lập được phiếu chuyển.',
    en: 'The transfer paper names another facility as its sender, so no referral was issued.',
  },
};

function faultOfRefusal(refusal: ReferralRefusal): Fault {
  const { vi, en } = refusalTexts[refusal.reason];
  return { path: 'referral', code: `referral-${refusal.reason}`, severity: 'warning', text: { vi, en } };
}

const refusalTexts: Readonly<Record<ReferralRefusal['reason'], { readonly vi: string; readonly en: string }>> = {
  'wrong-actor': {
    vi: 'Phiếu chuyển này được gửi tới cơ sở khác; lượt khám vẫn được ghi nhận.',
    en: 'This referral is addressed to another facility; the visit is recorded all the same.',
  },
  'illegal-step': {
    vi: 'Trạng thái hiện tại của phiếu chuyển không cho phép bước này; lượt khám vẫn được ghi nhận.',
    en: 'The referral is in a status that does not allow this step; the visit is recorded all the same.',
  },
  'missing-data': {
    vi: 'Thiếu dữ liệu để cập nhật phiếu chuyển; lượt khám vẫn được ghi nhận.',
    en: 'Data needed to move the referral is missing; the visit is recorded all the same.',
  },
  'other-resident': {
    vi: 'Số giấy chuyển tuyến thuộc về người bệnh khác; đề nghị kiểm tra số giấy. Lượt khám vẫn được ghi nhận.',
    en: 'The transfer number belongs to another patient; please check it. The visit is recorded all the same.',
  },
  'still-valid': {
    vi: 'Giấy chuyển tuyến vẫn còn hạn.',
    en: 'The transfer paper is still valid.',
  },
};
