import type { Bilingual } from '#domain/bilingual.js';

/** Something the operator must put right before the program can start. Shown without a stack trace, in both languages; holds no secret. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
  constructor(
    readonly text: Bilingual,
    options?: ErrorOptions,
  ) {
    super(text.en, options);
  }
}
