import { describe, expect, it } from '@jest/globals';
import { createLogger, errorFields, frameworkLogger } from './logging.js';

/** A logger and what it has written. */
function recorded(): { logger: ReturnType<typeof createLogger>; lines: () => Record<string, unknown>[] } {
  const written: string[] = [];
  const logger = createLogger({ logLevel: 'trace' }, { write: (line) => void written.push(line) });
  return { logger, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('the log', () => {
  it('writes one JSON object a line with level, time and service', () => {
    const { logger, lines } = recorded();
    logger.warn({ stream: 'visit' }, 'something');
    expect(lines()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        service: 'lien-tuyen',
        stream: 'visit',
        msg: 'something',
      },
    ]);
  });

  it('masks credentials and contents handed to it by mistake', () => {
    const { logger, lines } = recorded();
    logger.info({
      token: 'eyJ',
      request: { headers: { authorization: 'Bearer eyJ' }, url: '/fhir/Patient?name=Lan' },
      body: '<xml>',
    });
    expect(JSON.stringify(lines())).not.toMatch(/eyJ|Lan|<xml>/);
  });

  it('masks what an error quotes, and keeps where it happened', () => {
    const error = new SyntaxError('Unexpected token N in JSON, "Nguyễn Thị Lan, 008199001234" is not valid', {
      cause: new Error('card HT2080812345678'),
    });
    const { logger, lines } = recorded();
    logger.error({ err: error }, 'failed');
    frameworkLogger(logger).error(error);
    frameworkLogger(logger).error('no route for 008199001234', 'Router');
    const text = JSON.stringify([errorFields(error), lines()]);
    expect(text).not.toMatch(/Lan|008199001234|HT20808/);
    expect(text).toContain('SyntaxError');
    expect(text).toContain('logging.spec');
  });
});
