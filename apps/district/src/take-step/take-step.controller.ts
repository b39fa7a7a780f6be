import { Body, Controller, HttpCode, Inject, Post, UseInterceptors } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { type DateTime, dayOf } from '#domain/dates.js';
import type { FacilityRegister } from '#domain/facilities/facility-register.js';
import type { EpisodeNumber, FacilityCode, ReferralNumber } from '#domain/ids.js';
import type { ReferralAnswer, ReferralKey } from '#domain/referrals/referral-events.js';
import type { TransferPaper } from '#domain/visits/visit-content.js';
import { FACILITY_REGISTER } from '#platform/injection.js';
import { RequireScope } from '#security/http/access.js';
import type { ReferralDocument } from '../show-referral/referral-document.js';
import { ShowReferral } from '../show-referral/show-referral.query.js';
import { EntityTagInterceptor } from '../versions/entity-tag.interceptor.js';
import {
  AcceptBody,
  AnswerBody,
  ArriveBody,
  NotedStepBody,
  type PaperBody,
  ReasonedStepBody,
  RedirectBody,
  ReferBackBody,
  StepBody,
} from './step-bodies.js';
import { calendarTime, stepMoment, unusable } from './step-moment.js';
import { AskedStep, type StepRequest } from './step-request.js';
import { type StepByHand, TakeStep } from './take-step.command.js';

interface Common {
  readonly referral: ReferralKey;
  readonly at: DateTime;
  readonly by: FacilityCode;
}

/** The steps of people. Each answers with the referral as it stands then. */
@Controller('referrals/:id')
@RequireScope('referrals.write')
@UseInterceptors(EntityTagInterceptor)
export class TakeStepController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    @Inject(FACILITY_REGISTER) private readonly facilities: FacilityRegister,
  ) {}

  @Post('receive')
  @HttpCode(200)
  receive(@AskedStep() asked: StepRequest, @Body() body: StepBody): Promise<ReferralDocument> {
    return this.take(asked, body, (common) => ({ ...common, step: 'receive' }));
  }

  @Post('accept')
  @HttpCode(200)
  accept(@AskedStep() asked: StepRequest, @Body() body: AcceptBody): Promise<ReferralDocument> {
    const appointment = body.appointment === undefined ? undefined : calendarTime(body.appointment, 'appointment');
    return this.take(asked, body, (common) => ({
      ...common,
      step: 'accept',
      ...noteOf(body),
      ...(appointment && { appointment }),
    }));
  }

  @Post('decline')
  @HttpCode(200)
  decline(@AskedStep() asked: StepRequest, @Body() body: ReasonedStepBody): Promise<ReferralDocument> {
    return this.take(asked, body, (common) => ({ ...common, step: 'decline', reason: body.reason.trim() }));
  }

  @Post('redirect')
  @HttpCode(200)
  redirect(@AskedStep() asked: StepRequest, @Body() body: RedirectBody): Promise<ReferralDocument> {
    const to = this.openFacility(body.to, 'to');
    return this.take(asked, body, (common) => ({ ...common, step: 'redirect', to, reason: body.reason.trim() }));
  }

  @Post('arrive')
  @HttpCode(200)
  arrive(@AskedStep() asked: StepRequest, @Body() { at, episode }: ArriveBody): Promise<ReferralDocument> {
    return this.take(asked, { at }, (common) => ({
      ...common,
      step: 'arrive',
      ...(episode !== undefined && { episode: episode as EpisodeNumber }),
    }));
  }

  @Post('did-not-arrive')
  @HttpCode(200)
  didNotArrive(@AskedStep() asked: StepRequest, @Body() body: NotedStepBody): Promise<ReferralDocument> {
    return this.take(asked, body, (common) => ({ ...common, step: 'did-not-arrive', ...noteOf(body) }));
  }

  @Post('answer')
  @HttpCode(200)
  answer(@AskedStep() asked: StepRequest, @Body() body: AnswerBody): Promise<ReferralDocument> {
    const answer = plain(body.answer) as ReferralAnswer;
    return this.take(asked, body, (common) => ({ ...common, step: 'answer', answer }));
  }

  @Post('refer-back')
  @HttpCode(200)
  referBack(@AskedStep() asked: StepRequest, @Body() body: ReferBackBody): Promise<ReferralDocument> {
    const paper = body.paper && this.paperBack(body.paper, asked.facility);
    return this.take(asked, body, (common) => ({
      ...common,
      step: 'refer-back',
      ...noteOf(body),
      ...(paper && { paper }),
    }));
  }

  @Post('close')
  @HttpCode(200)
  close(@AskedStep() asked: StepRequest, @Body() body: NotedStepBody): Promise<ReferralDocument> {
    return this.take(asked, body, (common) => ({ ...common, step: 'close', ...noteOf(body) }));
  }

  @Post('cancel')
  @HttpCode(200)
  cancel(@AskedStep() asked: StepRequest, @Body() body: ReasonedStepBody): Promise<ReferralDocument> {
    return this.take(asked, body, (common) => ({ ...common, step: 'cancel', reason: body.reason.trim() }));
  }

  private async take(
    { referral, facility, ifMatch, actor, correlationId }: StepRequest,
    { at }: { readonly at?: string | undefined },
    stepOf: (common: Common) => StepByHand,
  ): Promise<ReferralDocument> {
    const step = stepOf({ referral, at: stepMoment(at, Date.now()), by: facility });
    await this.commands.execute(new TakeStep(step, ifMatch, actor, correlationId));
    return this.queries.execute(new ShowReferral(referral, facility));
  }

  private paperBack(body: PaperBody, from: FacilityCode): TransferPaper {
    return {
      ...(plain(body) as Omit<PaperBody, 'number' | 'to' | 'issuedAt'>),
      number: body.number as ReferralNumber,
      from,
      to: this.openFacility(body.to, 'paper.to'),
      issuedAt: calendarTime(body.issuedAt, 'paper.issuedAt'),
    };
  }

  private openFacility(code: string, field: string): FacilityCode {
    const facility = this.facilities.get(code);
    if (!facility || (facility.closedOn !== undefined && facility.closedOn < dayOf(Date.now()))) {
      throw unusable(field, 'Không có cơ sở này', 'There is no such facility');
    }
    return facility.code;
  }
}

function noteOf({ note }: NotedStepBody): { readonly note?: string } {
  return note === undefined || note.trim() === '' ? {} : { note: note.trim() };
}

/** The fields that were sent, without the class that checked them. */
function plain(body: object): object {
  return JSON.parse(JSON.stringify(body)) as object;
}
