import { type ValidationError, ValidationPipe } from '@nestjs/common';
import { Problem } from './problem.js';

/** One field that is not as it should be. Holds no value from the request. */
export interface FieldFault {
  /** `items[2].code` */
  readonly path: string;
  readonly rules: readonly string[];
  readonly vi: string;
  readonly en: string;
}

/**
 * Checks bodies and queries against their class. Unknown fields are refused, not dropped; nothing is converted silently
 * (implicit conversion would turn "false" into true).
 */
export const requestValidation = (): ValidationPipe =>
  new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    transformOptions: { enableImplicitConversion: false },
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => invalidRequest(errors.flatMap((error) => faultsOf(error, ''))),
  });

/** 400 with a list of fields. */
export function invalidRequest(faults: readonly FieldFault[]): Problem {
  return new Problem(
    400,
    'invalid-request',
    { vi: 'Yêu cầu có trường sai', en: 'The request has wrong fields' },
    { extensions: { errors: faults } },
  );
}

function faultsOf(error: ValidationError, above: string): FieldFault[] {
  const index = /^\d+$/.test(error.property);
  const path = index ? `${above}[${error.property}]` : above ? `${above}.${error.property}` : error.property;
  const own = error.constraints
    ? [
        {
          path,
          rules: Object.keys(error.constraints),
          vi: `Trường ${path} không hợp lệ.`,
          en: `${Object.values(error.constraints).join('; ')}.`,
        },
      ]
    : [];
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, path))];
}
