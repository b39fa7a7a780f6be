import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Observable, tap } from 'rxjs';
import { entityTag } from './entity-tag.js';

/** Gives the version of a document beside it, for the next `If-Match`. */
@Injectable()
export class EntityTagInterceptor implements NestInterceptor<{ readonly revision: number }> {
  intercept(
    context: ExecutionContext,
    next: CallHandler<{ readonly revision: number }>,
  ): Observable<{ readonly revision: number }> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(tap(({ revision }) => void reply.header('etag', entityTag(revision))));
  }
}
