import { Counter, type Registry } from 'prom-client';
import type { IntakeAnswer } from './intake.js';

/** Counts what stations are answered: by kind of answer and format, and what became of each record. No facility: who sends badly is in the receipts. */
export function countAnswers(metrics: Registry): (answer: IntakeAnswer) => void {
  const messages = new Counter({
    name: 'intake_messages_total',
    help: 'Messages answered, by status of the receipt and format',
    labelNames: ['status', 'format'] as const,
    registers: [metrics],
  });
  const records = new Counter({
    name: 'intake_records_total',
    help: 'Records of messages that were answered for the first time, by kind and outcome',
    labelNames: ['kind', 'outcome'] as const,
    registers: [metrics],
  });
  return (answer) => {
    if (answer.outcome === 'key-reused') {
      messages.inc({ status: 'key-reused', format: 'unread' });
      return;
    }
    const { status, format, records: parts } = answer.receipt;
    if (answer.outcome === 'duplicate') {
      messages.inc({ status: 'duplicate', format });
      return;
    }
    messages.inc({ status, format });
    for (const { kind, outcome } of parts) records.inc({ kind, outcome });
  };
}
