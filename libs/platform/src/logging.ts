import { isNativeError } from 'node:util/types';
import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Configuration } from './configuration.js';

/**
 * Structured log: one JSON object a line. Nothing of a request's content is ever handed to it; the redaction and the error
 * fields below are the second line of defence.
 * @param destination by default standard error: standard output is for what people and scripts wait for
 * @param service whose process it is
 */
export function createLogger(
  configuration: Pick<Configuration, 'logLevel'>,
  destination: DestinationStream = pino.destination(2),
  service = 'lien-tuyen',
): Logger {
  return pino(
    {
      level: configuration.logLevel,
      base: { service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: (error: unknown) => errorFields(error).error },
      redact: { paths: secretPaths.flatMap((path) => [path, `*.${path}`, `*.*.${path}`]), censor: '…' },
    },
    destination,
  );
}

const secretPaths = ['authorization', 'cookie', 'token', 'password', 'body', 'query', 'url', 'headers'];

export interface ErrorFields {
  readonly error: {
    readonly name: string;
    readonly code?: string;
    readonly message: string;
    readonly stack: string;
    readonly cause?: ErrorFields['error'];
  };
}

/** What is logged of an error. Texts in quotes and long numbers are masked: parsers quote what they could not read. */
export function errorFields(error: unknown): ErrorFields {
  if (!isNativeError(error)) return { error: { name: typeof error, message: '', stack: '' } };
  const { code } = error as { code?: unknown };
  return {
    error: {
      name: error.name,
      ...(typeof code === 'string' && { code }),
      message: masked(error.message),
      stack: (error.stack ?? '')
        .split('\n')
        .filter((line) => /^\s+at /.test(line))
        .join('\n'),
      ...(isNativeError(error.cause) && { cause: errorFields(error.cause).error }),
    },
  };
}

function masked(message: string): string {
  return message
    .slice(0, 500)
    .replaceAll(/(["'`«“]).*?(["'`»”]|$)/gs, '$1…$2')
    .replaceAll(/[\p{L}\d]*\d{6,}[\p{L}\d]*/gu, '…');
}

/** The framework's own messages in our log; its chatter while starting only at `debug`. */
export function frameworkLogger(logger: Logger): LoggerService {
  const write =
    (level: 'debug' | 'warn' | 'error' | 'fatal' | 'trace') =>
    (message: unknown, ...rest: unknown[]): void => {
      const context = rest.findLast((part) => typeof part === 'string' && !part.includes('\n'));
      if (isNativeError(message)) logger[level]({ ...errorFields(message), context }, 'framework');
      else logger[level]({ context }, typeof message === 'string' ? masked(message) : 'framework');
    };
  return {
    log: write('debug'),
    debug: write('debug'),
    verbose: write('trace'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
  };
}
