import { CompositionError } from '@tessera/contract';

// Apart from errors.ts, because every byte of boot is on every page: only what can go wrong before the first chunk is there.

/** Puts an error with its code and remedy on the console; what caused it follows, for its stack. */
export function logError(error: unknown): void {
  const { message, code, hint, cause = '' } = Object(error);
  if (code) console.error(`${message} [${code}]\n  → ${hint}\n  docs/errors.md#${code}`, cause);
  else console.error(error);
}

export function pageDataInvalid(problem: string, cause?: unknown) {
  return new CompositionError(`The page data (#tessera-page) ${problem}.`, {
    code: 'PAGE_DATA_INVALID',
    hint: 'Composer and shell must be of one version.',
    cause,
  });
}

export function shellLoadFailed(cause?: unknown) {
  return new CompositionError('The federation chunk did not load.', {
    code: 'SHELL_LOAD_FAILED',
    hint: 'See /_tessera/shell/.',
    cause,
  });
}
