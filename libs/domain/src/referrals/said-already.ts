import type { AnswerReferral, IssueReferral, RecordArrival, ReferBack, ReferralCommand } from './referral-commands.js';
import { isAttended, isAwaited, type KnownReferral } from './referral-state.js';
import { sameContent } from '../same-content.js';

/** The facility has said the same before: a line that broke before the answer came, a button pressed twice. */
export function isSaidAlready(command: Exclude<ReferralCommand, IssueReferral>, state: KnownReferral): boolean {
  const byTarget = 'by' in command && command.by === state.to;
  const bySender = 'by' in command && command.by === state.referral.from;
  switch (command.step) {
    case 'receive':
      return byTarget && state.status === 'received';
    case 'accept':
      return (
        byTarget &&
        state.status === 'accepted' &&
        state.appointment === command.appointment &&
        state.note === command.note
      );
    case 'decline':
      return byTarget && state.status === 'declined' && state.reason === command.reason;
    case 'redirect':
      return (
        state.status === 'redirected' &&
        state.to === command.to &&
        sameContent(state.redirection, { by: command.by, reason: command.reason })
      );
    case 'arrive':
      return byTarget && isAttended(state) && !isAboutAnother(command, state);
    case 'did-not-arrive':
      return byTarget && state.status === 'did-not-arrive';
    case 'answer':
      return (
        byTarget &&
        isAttended(state) &&
        !isAboutAnother(command, state) &&
        state.answers.some((known) => sameContent(known, command.answer))
      );
    case 'refer-back':
      return (
        byTarget &&
        state.status === 'referred-back' &&
        !isAboutAnother(command, state) &&
        sameContent(state.back, { paper: command.paper, note: command.note })
      );
    case 'close':
      return (byTarget || bySender) && state.status === 'closed';
    case 'cancel':
      return bySender && state.status === 'cancelled' && state.reason === command.reason;
    case 'expire':
      return isAwaited(state) && state.status === 'expired';
    default:
      return command satisfies never;
  }
}

/** The message names a person, and it is not the person of the paper. */
export function isAboutAnother(command: RecordArrival | AnswerReferral | ReferBack, state: KnownReferral): boolean {
  return command.resident !== undefined && command.resident !== state.resident;
}
