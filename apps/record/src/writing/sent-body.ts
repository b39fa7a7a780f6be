import type { FastifyRequest } from 'fastify';
import { SenderLimits } from '#platform/http/sender-limits.js';
import { patience, streamedBody } from '#platform/http/streamed-body.js';
import type { Caller } from '#security/caller.js';
import { type SentBody, sentIn } from '../http/sent-resource.js';

/** Intake reads no larger FHIR message either. */
const mostBytes = 16 * 1024 * 1024;

/** Of bodies that are held at once, read and answered; intake keeps to its own limits besides. */
const mostUnderWay = {
  perSender: 64,
  largePerSender: 0,
  bytesPerSender: 2 * mostBytes,
  bytesInFlight: 4 * mostBytes,
};

/** Bodies of the routes with `StreamedBody`, no more of them at once than there is room for. */
export class SentBodies {
  readonly #room = new SenderLimits(mostUnderWay);

  /** @param limit of the whole service, in bytes */
  constructor(private readonly limit: number) {}

  /**
   * @param work is given the body, `undefined` when there is none; the body counts as held until it is done
   * @throws FhirFault 400 for what is no FHIR resource, 415 for another format
   * @throws Problem 413, 408, 415 as `streamedBody`, 429 when there is no room
   */
  within<Result>(
    request: FastifyRequest,
    { actor }: Pick<Caller, 'actor'>,
    work: (sent: SentBody | undefined) => Promise<Result>,
  ): Promise<Result> {
    return this.#room.within(actor, 0, async ({ takes }) => {
      const chunks: Buffer[] = [];
      const limits = { ...patience, bytes: Math.min(this.limit, mostBytes) };
      for await (const chunk of streamedBody(request.raw, limits)) {
        takes(chunk.length);
        chunks.push(chunk);
      }
      return work(sentIn(Buffer.concat(chunks), request.givenContentType));
    });
  }
}
