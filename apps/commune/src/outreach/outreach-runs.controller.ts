import { hash } from 'node:crypto';
import { Controller, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { eventFrame, pause, sendEventStream } from '#platform/http/event-stream.js';
import { RawBody } from '#platform/http/body-parsers.js';
import { Problem } from '#platform/http/problem.js';
import { LOGGER, STOPPING } from '#platform/injection.js';
import { errorFields } from '#platform/logging.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { countOutreachRows, outreachLimits } from '#station-formats/outreach/read-outreach-sheet.js';
import { UnreadableMessage } from '#station-formats/unreadable-message.js';
import { ORIGINALS } from '../injection.js';
import { Intake } from '../intake/intake.js';
import { MessageJournal } from '../intake/message-journal.js';
import type { ReceivedMessage } from '../intake/message.js';
import { isReceiptId, receiptId } from '../intake/receipt.js';
import { SenderLimits } from '#platform/http/sender-limits.js';
import type { Originals } from '../originals/originals.js';
import { type OutreachRun, OutreachRuns, runAtAnotherReplica, runOfReceipt } from './outreach-runs.js';
import { sentSheet } from './sent-sheet.js';

const lookAgainMs = 200;
/** Of a run at another replica, which is looked for in what all share. */
const lookElsewhereMs = 1_000;

/** Runs of sheets that go on when the page that began them is closed. What a run did is its receipt. */
@Controller('intake/outreach/runs')
@RequireScope('intake.write')
export class OutreachRunsController {
  readonly #limits = new SenderLimits();

  constructor(
    private readonly intake: Intake,
    private readonly journal: MessageJournal,
    private readonly runs: OutreachRuns,
    @Inject(ORIGINALS) private readonly originals: Originals,
    @Inject(STOPPING) private readonly stopping: AbortSignal,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Answered as soon as the sheet is kept: from then on it will be taken, whatever happens. */
  @Post()
  @HttpCode(202)
  @RawBody(outreachLimits.bytes)
  async begin(
    @Req() request: FastifyRequest,
    @CurrentCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OutreachRun> {
    const { facility, body } = sentSheet(request, caller);
    const message: ReceivedMessage = {
      facility,
      actor: caller.actor,
      contentType: request.headers['content-type'] ?? '',
      receivedAt: new Date().toISOString(),
      digest: hash('sha256', body),
      body,
    };
    const receipt = receiptId(facility, message.digest);
    reply.header('Location', `/intake/outreach/runs/${receipt}`);
    const running = this.runs.find(receipt);
    if (running?.state === 'running') return running;
    const kept = Promise.withResolvers<OutreachRun>();
    void this.#limits
      .within(facility, body.byteLength, async () => {
        await this.originals.keep(message);
        kept.resolve(this.runs.begin(receipt, rowsOf(body)));
        await this.#run(message, receipt);
      })
      .catch(kept.reject);
    return kept.promise;
  }

  @Get(':id')
  async show(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<OutreachRun> {
    return this.#find(caller, id);
  }

  /** The run as events (`text/event-stream`), each time it has moved, up to its end. */
  @Get(':id/progress')
  async follow(@CurrentCaller() caller: Caller, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const first = await this.#find(caller, id);
    const { runs } = this;
    const look = (): Promise<OutreachRun> => this.#find(caller, id);
    await sendEventStream(reply, this.stopping, async function* (ended) {
      let told: OutreachRun | undefined;
      for (let run = first; ; run = runs.find(id) ?? (await look())) {
        if (run.state !== told?.state || run.done !== told.done) yield eventFrame('progress', run.done, run);
        told = run;
        if (run.state !== 'running') return;
        await pause(runs.find(id) ? lookAgainMs : lookElsewhereMs, ended);
        if (ended.aborted) return;
      }
    });
  }

  async #run(message: ReceivedMessage, receipt: string): Promise<void> {
    try {
      const answer = await this.intake.receive(message);
      if ('receipt' in answer) this.runs.finish(answer.receipt);
    } catch (error) {
      this.logger.error({ ...errorFields(error), receipt }, 'the run of a sheet was interrupted');
      this.runs.interrupt(receipt);
    }
  }

  async #find({ facility }: Caller, id: string): Promise<OutreachRun> {
    if (facility === undefined || !isReceiptId(id) || !id.startsWith(`${facility}-`)) throw unknownRun();
    const run = this.runs.find(id);
    if (run && run.state !== 'interrupted') return run;
    const receipt = (await this.journal.find(id))?.event?.data.receipt;
    if (receipt?.format === 'outreach-csv') return runOfReceipt(receipt);
    if (run) return run;
    // At another replica, which alone knows how far it is; or left behind by one, for another to finish.
    const waiting = await this.originals.waiting(facility, id.slice(facility.length + 1));
    if (!waiting || !('body' in waiting) || !waiting.contentType.startsWith('text/csv')) throw unknownRun();
    return runAtAnotherReplica(id, rowsOf(waiting.body));
  }
}

function unknownRun(): Problem {
  return new Problem(404, 'unknown-run', { vi: 'Không có lượt nhận này', en: 'There is no such run' });
}

/** None for a sheet that cannot be read: its receipt will say why. */
function rowsOf(body: Uint8Array): number {
  try {
    return countOutreachRows(body);
  } catch (error) {
    if (error instanceof UnreadableMessage) return 0;
    throw error;
  }
}
