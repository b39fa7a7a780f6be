import type { Bilingual } from '#domain/bilingual.js';
import type { Fault, FaultSeverity } from '../station-message.js';

const mostFaults = 200;

/**
 * Gathers the faults of one record. Errors are always kept; of the rest only so many that a hostile message cannot fill the
 * memory and a nurse can still read them, and then one line that says how many more there were.
 */
export class FaultList {
  readonly #faults: Fault[] = [];
  #dropped = 0;
  #errors = 0;

  constructor(private readonly prefix: string) {}

  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  add(severity: FaultSeverity, code: string, path: string, text: Bilingual): void {
    if (severity === 'error') this.#errors += 1;
    if (this.#faults.length >= mostFaults && (severity !== 'error' || this.#errors > mostFaults)) {
      this.#dropped += 1;
      return;
    }
    const full = this.prefix && path ? `${this.prefix}/${path}` : this.prefix || path;
    this.#faults.push({ path: full, code, severity, text });
  }

  /** Worst first, else in the order they were found. */
  toArray(): readonly Fault[] {
    const order: readonly FaultSeverity[] = ['error', 'warning', 'information'];
    const sorted =
      this.#faults.length < 2
        ? this.#faults
        : order.flatMap((severity) => this.#faults.filter((fault) => fault.severity === severity));
    if (this.#dropped === 0) return sorted;
    const text = {
      vi: `Còn ${this.#dropped} lỗi khác không liệt kê.`,
      en: `${this.#dropped} more faults are not listed.`,
    };
    return [...sorted, { path: this.prefix, code: 'more-faults', severity: 'information', text }];
  }
}
