import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PageFiles } from '#platform/http/page-files.js';
import { NoPersonalData, RequireScope } from '#security/http/access.js';

/** Injection token of the page's {@link PageFiles}. */
export const REVIEW_FILES = Symbol('ReviewFiles');

export const readReviewFiles = (): Promise<PageFiles> =>
  PageFiles.read(new URL('../../public/reviews/', import.meta.url));

/** Pairs side by side, as a web page. Whoever has no session is sent to the login page. */
@Controller('reviews')
@RequireScope('residents.review')
@NoPersonalData()
export class ReviewsPageController {
  constructor(@Inject(REVIEW_FILES) private readonly files: PageFiles) {}

  @Get()
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send('reviews.html', request, reply);
  }

  @Get(':file')
  file(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.files.send(name, request, reply);
  }
}
