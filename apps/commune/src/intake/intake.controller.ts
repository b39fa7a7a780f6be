import { Controller, Headers, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FacilityCode } from '#domain/ids.js';
import type { Configuration } from '#platform/configuration.js';
import { StreamedBody } from '#platform/http/body-parsers.js';
import { Problem } from '#platform/http/problem.js';
import { publicOrigin } from '#platform/http/public-origin.js';
import { patience, streamedBody, type BodyLimits } from '#platform/http/streamed-body.js';
import { CONFIGURATION } from '#platform/injection.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, NoPersonalData, RequireScope } from '#security/http/access.js';
import { ORIGINALS } from '../injection.js';
import { mostHeld, type Originals } from '../originals/originals.js';
import { fhirJson, fhirReply, wantsFhir, type FhirReply } from '../fhir-bundles/fhir-reply.js';
import { answerOf, type AnsweredReceipt } from './intake-answers.js';
import { receiveBody } from './receive-body.js';
import { ReceiveMessage } from './receive-message.command.js';
import { SenderLimits, type Room } from '#platform/http/sender-limits.js';

@Controller('intake/messages')
export class IntakeController {
  readonly #limits = new SenderLimits();

  readonly #bodyLimits: BodyLimits;

  constructor(
    private readonly commands: CommandBus,
    @Inject(ORIGINALS) private readonly originals: Originals,
    @Inject(CONFIGURATION) { bodyLimit }: Configuration,
  ) {
    this.#bodyLimits = { ...patience, bytes: bodyLimit };
  }

  /** The body is taken byte for byte: what a station wrote is kept as it wrote it, broken JSON too. */
  @Post()
  @RequireScope('intake.write')
  // Its answer says what became of what the caller has just sent; the log says who sent it.
  @NoPersonalData()
  @StreamedBody()
  async receive(
    @Req() request: FastifyRequest,
    @CurrentCaller() caller: Caller,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnsweredReceipt | FhirReply['body']> {
    const facility = senderOf(caller);
    const key = checkedKey(idempotencyKey);
    const announced = Number(request.headers['content-length'] ?? 0);
    const { answer, message } = await this.#limits.within(facility, 0, async (room) => {
      if (announced > mostHeld) room.becomesLarge();
      const details = {
        facility,
        actor: caller.actor,
        contentType: request.givenContentType,
        ...(key !== undefined && { idempotencyKey: key }),
        receivedAt: new Date().toISOString(),
      };
      const chunks = counted(streamedBody(request.raw, this.#bodyLimits), room.takes);
      const message = await receiveBody(chunks, details, this.originals, room.becomesLarge);
      if (!message) throw emptyBody();
      return { answer: await this.commands.execute(new ReceiveMessage(message)), message };
    });
    if (wantsFhir(request, message.contentType)) {
      const fhir = await fhirReply(answer, message, `${publicOrigin(request)}/fhir`);
      if (fhir.receipt) reply.header('Location', `/intake/receipts/${fhir.receipt.id}`);
      reply.status(fhir.status).type(`${fhirJson}; charset=utf-8`);
      return fhir.body;
    }
    const { status, receipt } = answerOf(answer);
    reply.status(status).header('Location', `/intake/receipts/${receipt.id}`);
    return receipt;
  }
}

/** The chunks as they come, each told of before it is held. */
async function* counted(chunks: AsyncIterable<Buffer>, takes: Room['takes']): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunks) {
    takes(chunk.length);
    yield chunk;
  }
}

function senderOf({ facility }: Caller): FacilityCode {
  if (facility) return facility;
  throw new Problem(403, 'no-facility', {
    vi: 'Tài khoản này không thuộc cơ sở nào nên không gửi được dữ liệu',
    en: 'This token belongs to no facility and cannot send messages',
  });
}

function emptyBody(): Problem {
  return new Problem(422, 'empty-body', { vi: 'Thông điệp rỗng', en: 'The message is empty' });
}

function checkedKey(key: string | undefined): string | undefined {
  if (key === undefined || /^[\x21-\x7e]{1,100}$/u.test(key)) return key;
  throw new Problem(400, 'bad-idempotency-key', {
    vi: 'Idempotency-Key phải có 1–100 ký tự ASCII in được, không có khoảng trắng',
    en: 'Idempotency-Key must be 1–100 printable ASCII characters without white space',
  });
}
