import { randomUUIDv7 } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { decideReferral, type ReferralRefusal } from '#domain/referrals/decide-referral.js';
import type { ReferralEvent } from '#domain/referrals/referral-events.js';
import { initialReferral, type ReferralState } from '#domain/referrals/referral-state.js';
import { decideAndAppend, type Folded } from '#event-store/decide-and-append.js';
import type { EventStore, NewEvent } from '#event-store/event-store.js';
import { EVENT_STORE } from '#platform/injection.js';
import { matches } from '../versions/entity-tag.js';
import { concerns, evolveStored, streamOf, unknownReferral } from '../referral-stream.js';
import { refusedStep, staleVersion } from './step-problems.js';
import { TakeStep } from './take-step.command.js';

type Outcome =
  | { readonly is: 'taken' | 'unchanged' | 'not-concerned' }
  | { readonly is: 'stale'; readonly revision: number }
  | { readonly is: 'refused'; readonly refusal: ReferralRefusal };

@CommandHandler(TakeStep)
export class TakeStepHandler implements ICommandHandler<TakeStep> {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  async execute(command: TakeStep): Promise<void> {
    const { outcome } = await decideAndAppend<ReferralState, Outcome>(this.store, {
      stream: streamOf(command.step.referral),
      initialState: initialReferral,
      evolve: evolveStored,
      decide: (folded) => decideOn(folded, command),
    });
    switch (outcome.is) {
      case 'taken':
      case 'unchanged':
        return;
      case 'not-concerned':
        throw unknownReferral();
      case 'stale':
        throw staleVersion(outcome.revision);
      case 'refused':
        throw refusedStep(outcome.refusal);
      default:
        outcome satisfies never;
    }
  }
}

/**
 * A step that was taken already is answered with success whatever version is named: the answer to the first request was lost
 * (RFC 9110 §13.1.1 allows it). After that the version comes first: whoever looks at an old one is told so, not that his step
 * is wrong in a state he has not seen.
 */
function decideOn(
  { state, revision }: Folded<ReferralState>,
  command: TakeStep,
): { outcome: Outcome; events: readonly NewEvent[] } {
  const { step, ifMatch } = command;
  if (!concerns(state, step.by)) return { outcome: { is: 'not-concerned' }, events: [] };
  const decision = decideReferral(step, state);
  if (decision.outcome === 'unchanged') return { outcome: { is: 'unchanged' }, events: [] };
  if (!matches(ifMatch, revision)) return { outcome: { is: 'stale', revision }, events: [] };
  if (decision.outcome === 'refused') return { outcome: { is: 'refused', refusal: decision.refusal }, events: [] };
  return { outcome: { is: 'taken' }, events: decision.events.map((event) => newEvent(event, command)) };
}

function newEvent({ type, data }: ReferralEvent, { actor, correlationId }: TakeStep): NewEvent {
  return {
    id: randomUUIDv7(),
    type,
    data,
    metadata: { occurredAt: data.at, facility: data.by, actor, correlationId, subject: data.resident },
  };
}
