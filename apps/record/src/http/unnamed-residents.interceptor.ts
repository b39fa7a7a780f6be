import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Resource } from '@medplum/fhirtypes';
import type { FastifyRequest } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import { RECORD_QUERIES, type RecordQueries } from '../record-queries.js';

/** Tells the audit trail whose data an answer shows where the answer itself does not. */
@Injectable()
export class UnnamedResidents implements NestInterceptor<Resource | undefined> {
  constructor(@Inject(RECORD_QUERIES) private readonly queries: RecordQueries) {}

  intercept(context: ExecutionContext, next: CallHandler<Resource | undefined>): Observable<Resource | undefined> {
    const { disclosure } = context.switchToHttp().getRequest<FastifyRequest>();
    return next.handle().pipe(
      mergeMap(async (answer) => {
        if (!disclosure || answer === undefined) return answer;
        for (const resident of await this.queries.residentsOf.of(resourcesOf(answer)))
          disclosure.residents.add(resident);
        disclosure.answerTold = true;
        return answer;
      }),
    );
  }
}

function resourcesOf(answer: Resource): readonly Resource[] {
  if (answer.resourceType !== 'Bundle') return [answer];
  return (answer.entry ?? []).flatMap(({ resource }) => (resource ? [resource] : []));
}
