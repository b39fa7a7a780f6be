import { Readable } from 'node:stream';
import { Controller, Get, Header, Inject, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseFacilityCode, type FacilityCode } from '#domain/ids.js';
import { Problem } from '#platform/http/problem.js';
import type { View } from '#projections/view-host.js';
import type { Caller } from '#security/caller.js';
import { residentsIn } from '#security/audit/residents-in.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { disclosureOf } from '#security/http/audit-hooks.js';
import { answerOf, type AnsweredReceipt } from '../intake/intake-answers.js';
import { Intake } from '../intake/intake.js';
import { MessageJournal } from '../intake/message-journal.js';
import { isReceiptId, type Receipt } from '../intake/receipt.js';
import { SenderLimits } from '#platform/http/sender-limits.js';
import { ORIGINALS, RECEIPTS_VIEW } from '../injection.js';
import { mostHeld, type LargeOriginal, type Original, type Originals } from '../originals/originals.js';

interface ReceiptPage {
  readonly items: readonly Receipt[];
  /** Address of the next page; absent on the last. */
  readonly next?: string;
}

@Controller('intake/receipts')
@RequireScope('receipts.read')
export class ReceiptsController {
  readonly #limits = new SenderLimits();

  constructor(
    private readonly journal: MessageJournal,
    private readonly intake: Intake,
    @Inject(ORIGINALS) private readonly originals: Originals,
    @Inject(RECEIPTS_VIEW) private readonly view: View,
  ) {}

  /** Newest last. `since` is a time; `after` continues a list. Of very long receipts the records are left to {@link find}. */
  @Get()
  async list(
    @CurrentCaller() caller: Caller,
    @Query('facility') facilityText: string | undefined,
    @Query('since') since: string | undefined,
    @Query('after') after: string | undefined,
    @Query('limit') limitText: string | undefined,
  ): Promise<ReceiptPage> {
    const facility = facilityAsked(caller, facilityText);
    const from = since === undefined ? undefined : instant(since);
    const limit = whole('limit', limitText ?? '100', 1, 1000);
    const position = whole('after', after ?? '0', 0, Number.MAX_SAFE_INTEGER);
    const begin = from === undefined ? position : Math.max(position, await this.#positionBefore(facility, from));
    const rows = await this.view.database.query<{ position: number; body: string }>(
      `select position, body from receipt where facility = ? and position > ? and received_at >= ? order by position limit ?`,
      [facility, begin, from ?? '', limit],
    );
    const last = rows.at(-1);
    const parameters = new URLSearchParams({ facility, after: String(last?.position), limit: String(limit) });
    if (since !== undefined) parameters.set('since', since);
    return {
      items: rows.map((row) => JSON.parse(row.body) as Receipt),
      ...(rows.length === limit && { next: `/intake/receipts?${parameters.toString()}` }),
    };
  }

  @Get(':id')
  async find(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<Receipt> {
    const found = mayRead(caller, id) ? await this.journal.find(id) : undefined;
    if (!found?.event) throw unknownReceipt();
    return found.event.data.receipt;
  }

  /** The message as it came. For its sender alone: an operator has no business with it. */
  @Get(':id/original')
  @Header('X-Content-Type-Options', 'nosniff')
  async original(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Req() request: FastifyRequest,
  ): Promise<StreamableFile> {
    const { original, receipt } = await this.#original(caller, id);
    for (const resident of residentsIn(receipt)) disclosureOf(request).residents.add(resident);
    const options = { type: 'application/octet-stream', disposition: `attachment; filename="${id}"` };
    return 'body' in original
      ? new StreamableFile(original.body, options)
      : new StreamableFile(Readable.from(original.pieces(), { objectMode: false }), options);
  }

  /** Runs the message again: what was refused may be taken now. */
  @Post(':id/reprocess')
  @RequireScope('intake.write')
  async reprocess(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnsweredReceipt> {
    if (!caller.facility) throw unknownReceipt();
    const answer = await this.#limits.within(caller.facility, mostHeld, async ({ becomesLarge }) => {
      const { original } = await this.#original(caller, id);
      if (!('body' in original)) becomesLarge();
      return this.intake.reprocess(original);
    });
    reply.status(200);
    return answerOf(answer).receipt;
  }

  /** All receipts of that time and later are beyond it; most of those beyond it are. */
  async #positionBefore(facility: FacilityCode, from: string): Promise<number> {
    const [first] = await this.view.database.query<{ position: number | null }>(
      'select min(position) as position from receipt where facility = ? and received_at >= ?',
      [facility, from],
    );
    return (first?.position ?? Number.MAX_SAFE_INTEGER) - 1;
  }

  async #original(
    caller: Caller,
    id: string,
  ): Promise<{ readonly original: Original | LargeOriginal; readonly receipt: Receipt }> {
    const found = caller.facility && mayRead(caller, id) ? await this.journal.find(id) : undefined;
    const receipt = found?.event?.data.receipt;
    const original = receipt && (await this.originals.open(receipt.facility, receipt.digest));
    if (!original || !receipt) throw unknownReceipt();
    return { original, receipt };
  }
}

/** A receipt's id begins with its facility. */
function mayRead({ kind, facility }: Caller, id: string): boolean {
  return isReceiptId(id) && (kind === 'operator' || (facility !== undefined && id.startsWith(`${facility}-`)));
}

function facilityAsked(caller: Caller, text: string | undefined): FacilityCode {
  const asked = text === undefined ? caller.facility : parseFacilityCode(text);
  if (!asked) throw wrongParameter('facility');
  if (caller.kind !== 'operator' && asked !== caller.facility) {
    throw new Problem(403, 'other-facility', {
      vi: 'Chỉ xem được biên nhận của cơ sở mình',
      en: 'Only the receipts of your own facility can be read',
    });
  }
  return asked;
}

function instant(text: string): string {
  // A `+` that was not encoded arrives as a blank.
  const time = Date.parse(text.replace(/ (?=\d\d:?\d\d$)/, '+'));
  if (Number.isNaN(time)) throw wrongParameter('since');
  return new Date(time).toISOString();
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) throw wrongParameter(name);
  return value;
}

function wrongParameter(name: string): Problem {
  return new Problem(
    400,
    'wrong-parameter',
    { vi: `Tham số “${name}” thiếu hoặc không hợp lệ`, en: `The parameter “${name}” is missing or not valid` },
    { extensions: { parameter: name } },
  );
}

function unknownReceipt(): Problem {
  return new Problem(404, 'unknown-receipt', { vi: 'Không có biên nhận này', en: 'There is no such receipt' });
}
