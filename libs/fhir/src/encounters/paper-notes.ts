import type { DateTime } from '#domain/dates.js';
import type { VisitPaper } from '#domain/visits/visit-papers.js';
import type { NoteKind } from './notes.js';

export interface PaperNote {
  readonly kind: NoteKind;
  readonly text: string;
  readonly topic?: string;
  readonly at?: DateTime;
  readonly practitioner?: string;
}

/**
 * What papers of a visit say in words that a clinician wants to read: discharge papers, summaries, leave. Papers that few may see,
 * and what is for offices alone, say nothing here.
 */
export function paperNotes(papers: readonly VisitPaper[]): readonly PaperNote[] {
  return papers.flatMap((paper): readonly PaperNote[] => {
    if ('sensitive' in paper) return [];
    const signed = {
      ...('issuedOn' in paper && paper.issuedOn !== undefined && { at: paper.issuedOn }),
      ...('practitioner' in paper && paper.practitioner !== undefined && { practitioner: paper.practitioner }),
    };
    const note = (kind: NoteKind, text: string | undefined, topic?: string): readonly PaperNote[] =>
      text === undefined ? [] : [{ kind, text, ...(topic !== undefined && { topic }), ...signed }];
    switch (paper.kind) {
      case 'discharge-paper':
        return [
          ...note('treatment', paper.treatment, 'discharge'),
          ...note('advice', paper.note, 'discharge'),
          ...note('advice', restWords(paper.restFrom, paper.restTo, paper.restDays), 'rest'),
        ];
      case 'record-summary':
        return [
          ...note('history', paper.course, 'summary'),
          ...note('conclusion', paper.findings, 'summary'),
          ...note('treatment', paper.treatment, 'summary'),
          ...note('advice', paper.note, 'summary'),
        ];
      case 'sick-leave':
      case 'maternity-rest':
        return note('advice', restWords(paper.from, paper.to, paper.days), 'rest');
      case 'medical-assessment':
        return [...note('conclusion', paper.findings, 'assessment'), ...note('advice', paper.proposal, 'assessment')];
      case 'check-in':
      case 'birth-certificate':
      case 'tuberculosis-care':
        return [];
      default:
        return paper satisfies never;
    }
  });
}

function restWords(from: DateTime | undefined, to: DateTime | undefined, days: number | undefined): string | undefined {
  const said = [
    days === undefined ? undefined : `${days} ngày (days)`,
    from === undefined && to === undefined ? undefined : `${from?.slice(0, 10) ?? '…'} – ${to?.slice(0, 10) ?? '…'}`,
  ].filter((part) => part !== undefined);
  return said.length === 0 ? undefined : `Nghỉ (rest): ${said.join(', ')}`;
}
