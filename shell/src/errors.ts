import { CompositionError, describeError } from '@tessera/contract';

/** Puts an error with its code and remedy on the console; what caused it follows, for its stack. */
export function logError(error: unknown): void {
  const { cause = '' } = Object(error);
  console.error(describeError(error), cause);
}

export function pageDataInvalid(problem: string, cause?: unknown) {
  return new CompositionError(`The page data (#tessera-page) ${problem}.`, {
    code: 'PAGE_DATA_INVALID',
    hint: 'Composer and shell must be of one version.',
    cause,
  });
}

export function remoteTimeout(fragment: string, url: string, timeoutMs: number) {
  return new CompositionError(
    `The remote of "${fragment}" did not load within ${timeoutMs} ms (${url}).`,
    { code: 'REMOTE_TIMEOUT', hint: 'Raise remote.timeoutMs.' },
  );
}

export function remoteLoadFailed(fragment: string, url: string, cause: unknown) {
  return new CompositionError(`The remote of "${fragment}" did not load (${url}).`, {
    code: 'REMOTE_LOAD_FAILED',
    hint: 'Its manifest names a script that is not there.',
    cause,
  });
}

export function remoteInvalid(fragment: string, module: string) {
  return new CompositionError(`The remote of "${fragment}" has no mount() in "${module}".`, {
    code: 'REMOTE_INVALID',
    hint: 'Export mount(root, props, context).',
  });
}

export function propsInvalid(fragment: string, cause: unknown) {
  return new CompositionError(`The props in the HTML of "${fragment}" are no JSON.`, {
    code: 'PROPS_INVALID',
    hint: 'Escape only "<", as \\u003c.',
    cause,
  });
}

export function widgetStartFailed(fragment: string, cause: unknown) {
  return new CompositionError(`The widget of "${fragment}" did not start.`, {
    code: 'WIDGET_START_FAILED',
    hint: 'See what mount() or hydrate() threw.',
    cause,
  });
}

export function widgetStartTimeout(fragment: string, timeoutMs: number) {
  return new CompositionError(`The widget of "${fragment}" did not start within ${timeoutMs} ms.`, {
    code: 'WIDGET_START_TIMEOUT',
    hint: 'Return from mount() or hydrate() earlier.',
  });
}
