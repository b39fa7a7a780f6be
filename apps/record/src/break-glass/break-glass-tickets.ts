import { randomUUID } from 'node:crypto';
import { PageTokens } from '../search/page-token.js';

/** Lets one token read one resident's record for a while. */
export interface BreakGlassTicket {
  readonly id: string;
  readonly resident: string;
  /** Whom it was given to; nobody else can use it. */
  readonly holder: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** So long an emergency lasts; it can be declared anew. */
export const emergencyMs = 30 * 60_000;

/** Tickets are sealed, not kept: every replica knows its own kind without asking. */
export class BreakGlassTickets {
  readonly #seal: PageTokens;

  /** @param key 32 bytes, the same on every replica */
  constructor(
    key: Uint8Array,
    private readonly now: () => number = Date.now,
  ) {
    this.#seal = new PageTokens(key);
  }

  issue(resident: string, holder: string): { readonly ticket: BreakGlassTicket; readonly text: string } {
    const ticket = { id: randomUUID(), resident, holder, until: this.now() + emergencyMs };
    return { ticket, text: this.#seal.write(resident, [ticket.id, holder, ticket.until]) };
  }

  /** `undefined` for what is no ticket of this installation, another's ticket, and one whose time is over. */
  read(text: string, holder: string): BreakGlassTicket | undefined {
    let opened: ReturnType<PageTokens['read']>;
    try {
      opened = this.#seal.read(text);
    } catch {
      return undefined;
    }
    const [id, to, until] = opened.after;
    if (typeof id !== 'string' || to !== holder || typeof until !== 'number' || until <= this.now()) return undefined;
    return { id, resident: opened.query, holder, until };
  }
}
