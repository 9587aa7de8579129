/**
 * The one error class of the project. `code` is permanent and listed in `docs/errors.md`; match on it, not on the text.
 *
 * `message` says what happened and where, `hint` what to do about it.
 */
export class CompositionError extends Error {
  readonly code: string;
  readonly hint: string | undefined;

  constructor(
    message: string,
    { code, hint, cause }: { code: string; hint?: string; cause?: unknown },
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CompositionError';
    this.code = code;
    this.hint = hint;
  }
}

/** An error as a person reads it: message, code and remedy. Anything that is no CompositionError gives its plain message. */
export function describeError(error: unknown): string {
  if (error instanceof CompositionError) {
    return `${error.message} [${error.code}]${error.hint ? `\n  → ${error.hint}` : ''}`;
  }
  return error instanceof Error ? error.message : String(error);
}
