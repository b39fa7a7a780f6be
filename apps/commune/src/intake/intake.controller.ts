import { hash } from 'node:crypto';
import { Controller, Headers, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FacilityCode } from '#domain/ids.js';
import { RawBody } from '#platform/http/body-parsers.js';
import { Problem } from '#platform/http/problem.js';
import type { Caller } from '#security/caller.js';
import { CurrentCaller, RequireScope } from '#security/http/access.js';
import { answerOf, type AnsweredReceipt } from './intake-answers.js';
import { ReceiveMessage } from './receive-message.command.js';
import { SenderLimits } from './sender-limits.js';

@Controller('intake/messages')
export class IntakeController {
  readonly #limits = new SenderLimits();

  constructor(private readonly commands: CommandBus) {}

  /** The body is taken byte for byte: what a station wrote is kept as it wrote it, broken JSON too. */
  @Post()
  @RequireScope('intake.write')
  @RawBody()
  async receive(
    @Req() request: FastifyRequest,
    @CurrentCaller() caller: Caller,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AnsweredReceipt> {
    const facility = senderOf(caller);
    const body = bodyOf(request);
    const key = checkedKey(idempotencyKey);
    const answer = await this.#limits.within(facility, body.byteLength, () =>
      this.commands.execute(
        new ReceiveMessage({
          facility,
          actor: caller.actor,
          contentType: request.headers['content-type'] ?? '',
          ...(key !== undefined && { idempotencyKey: key }),
          receivedAt: new Date().toISOString(),
          digest: hash('sha256', body),
          body,
        }),
      ),
    );
    const { status, receipt } = answerOf(answer);
    reply.status(status).header('Location', `/intake/receipts/${receipt.id}`);
    return receipt;
  }
}

function senderOf({ facility }: Caller): FacilityCode {
  if (facility) return facility;
  throw new Problem(403, 'no-facility', {
    vi: 'Tài khoản này không thuộc cơ sở nào nên không gửi được dữ liệu',
    en: 'This token belongs to no facility and cannot send messages',
  });
}

function bodyOf(request: FastifyRequest): Buffer {
  if (Buffer.isBuffer(request.body) && request.body.byteLength > 0) return request.body;
  throw new Problem(422, 'empty-body', { vi: 'Thông điệp rỗng', en: 'The message is empty' });
}

function checkedKey(key: string | undefined): string | undefined {
  if (key === undefined || /^[\x21-\x7e]{1,100}$/u.test(key)) return key;
  throw new Problem(400, 'bad-idempotency-key', {
    vi: 'Idempotency-Key phải có 1–100 ký tự ASCII in được, không có khoảng trắng',
    en: 'Idempotency-Key must be 1–100 printable ASCII characters without white space',
  });
}
