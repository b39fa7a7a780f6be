import type { MessageContext } from '../intake/message-context.js';
import type { IntakeRecord } from '../intake/message.js';
import type { Receipt, ReceiptRecord, ReceiptStatus, RecordOutcome } from '../intake/receipt.js';
import type { RecordIntake } from '../intake/record-intake.js';

/** Where the run of a sheet stands. */
export interface OutreachRun {
  /** Id of the receipt the run ends in. */
  readonly receipt: string;
  /** `interrupted`: something on our side failed; the sheet may be sent again, or is finished at the next start. */
  readonly state: 'running' | 'done' | 'interrupted';
  /** Rows of the sheet, and how many of them have been worked on. */
  readonly rows: number;
  readonly done: number;
  readonly outcomes: Readonly<Record<RecordOutcome, number>>;
  /** Of the receipt, once there is one. */
  readonly status?: ReceiptStatus;
}

const noOutcomes: OutreachRun['outcomes'] = { recorded: 0, amended: 0, unchanged: 0, retracted: 0, refused: 0 };
const mostKept = 500;

/** Progress of runs, in memory: after a restart the receipt tells. */
export class OutreachRuns {
  readonly #runs = new Map<string, OutreachRun>();

  find(receipt: string): OutreachRun | undefined {
    return this.#runs.get(receipt);
  }

  begin(receipt: string, rows: number): OutreachRun {
    const run: OutreachRun = { receipt, state: 'running', rows, done: 0, outcomes: noOutcomes };
    this.#runs.delete(receipt);
    this.#runs.set(receipt, run);
    for (const [id, { state }] of this.#runs) {
      if (this.#runs.size <= mostKept) break;
      if (state !== 'running') this.#runs.delete(id);
    }
    return run;
  }

  finish(receipt: Receipt): void {
    this.#runs.set(receipt.id, runOfReceipt(receipt));
  }

  interrupt(receipt: string): void {
    const run = this.#runs.get(receipt);
    if (run) this.#runs.set(receipt, { ...run, state: 'interrupted' });
  }

  /** Takes records as the given one does, and counts the rows of runs. */
  following(records: Pick<RecordIntake, 'take' | 'unknownAmong'>): Pick<RecordIntake, 'take' | 'unknownAmong'> {
    return {
      unknownAmong: (persons, facility) => records.unknownAmong(persons, facility),
      take: async (record: IntakeRecord, context: MessageContext) => {
        const parts = await records.take(record, context);
        if (record.sheetRow) this.#count(context.receipt, parts);
        return parts;
      },
    };
  }

  #count(receipt: string, parts: readonly ReceiptRecord[]): void {
    const run = this.#runs.get(receipt);
    if (!run) return;
    this.#runs.set(receipt, {
      ...run,
      done: Math.min(run.done + 1, run.rows),
      outcomes: withOutcomes(run.outcomes, parts),
    });
  }
}

/** Known to have begun, and no more. */
export function runAtAnotherReplica(receipt: string, rows: number): OutreachRun {
  return { receipt, state: 'running', rows, done: 0, outcomes: noOutcomes };
}

export function runOfReceipt({ id, status, records }: Receipt): OutreachRun {
  const rows = records.length;
  return { receipt: id, state: 'done', rows, done: rows, outcomes: withOutcomes(noOutcomes, records), status };
}

function withOutcomes(
  outcomes: OutreachRun['outcomes'],
  parts: readonly Pick<ReceiptRecord, 'outcome'>[],
): OutreachRun['outcomes'] {
  const counts = { ...outcomes };
  for (const { outcome } of parts) counts[outcome] += 1;
  return counts;
}
