import { CompositionError } from '@tessera/contract';

export function remoteTimeout(fragment: string, url: string, timeoutMs: number) {
  return new CompositionError(
    `The remote of "${fragment}" did not load within ${timeoutMs} ms (${url}).`,
    { code: 'REMOTE_TIMEOUT', hint: 'Raise remote.timeoutMs.' },
  );
}

/** `reason` is part of a sentence: what was found out. */
export function remoteLoadFailed(
  fragment: string,
  { reason, hint }: { readonly reason: string; readonly hint: string },
  cause: unknown,
) {
  return new CompositionError(`The remote of "${fragment}" did not load: ${reason}.`, {
    code: 'REMOTE_LOAD_FAILED',
    hint,
    cause,
  });
}

/** `reason` is a sentence: what it needs and what there is. */
export function remoteIncompatible(fragment: string, reason: string, cause: unknown) {
  return new CompositionError(`The remote of "${fragment}" was refused. ${reason}`, {
    code: 'REMOTE_INCOMPATIBLE',
    hint: 'Build it for that version: the page has one copy of React for all.',
    cause,
  });
}

export function remoteInvalid(fragment: string, module: string) {
  return new CompositionError(`The remote of "${fragment}" has no mount() in "${module}".`, {
    code: 'REMOTE_INVALID',
    hint: 'Export mount(root, props, context).',
  });
}

export function widgetHandleInvalid(fragment: string) {
  return new CompositionError(`The widget of "${fragment}" gives no handle with unmount().`, {
    code: 'REMOTE_INVALID',
    hint: 'Return { unmount() {…} } from mount() and hydrate(), or a promise of it.',
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

export function invalidSourceOption(option: string, expected: string, got: unknown) {
  return new CompositionError(`source: ${option} must be ${expected}, but is ${got}.`, {
    code: 'OPTION_INVALID',
    hint: `Correct ${option} where source(…) is called.`,
  });
}

export function sourceTimeout(name: string, timeoutMs: number, cause: unknown) {
  return new CompositionError(`The source "${name}" did not answer within ${timeoutMs} ms.`, {
    code: 'MASHUP_SOURCE_TIMEOUT',
    hint: 'Raise timeoutMs of the source, which counts its retries too.',
    cause,
  });
}

export function sourceUnreachable(name: string, url: string, cause: unknown) {
  return new CompositionError(`The source "${name}" cannot be reached (${url}).`, {
    code: 'MASHUP_SOURCE_UNREACHABLE',
    hint: 'Its service is down, the visitor is offline, or another origin does not allow this page (CORS, connect-src).',
    cause,
  });
}

export function sourceStatus(name: string, url: string, status: number) {
  return new CompositionError(`The source "${name}" answered with status ${status} (${url}).`, {
    code: 'MASHUP_SOURCE_STATUS',
    hint: "Only 2xx has a value. Is the path one of the actions in the fragment's manifest?",
  });
}

export function sourceNotJson(name: string, url: string, cause: unknown) {
  return new CompositionError(
    `The source "${name}" answered with something that is no JSON (${url}).`,
    {
      code: 'MASHUP_SOURCE_NOT_JSON',
      hint: 'Answer with JSON, or give a function that reads what it answers with.',
      cause,
    },
  );
}

export function sourceInvalid(name: string, cause: unknown) {
  return new CompositionError(`The source "${name}" answered with JSON that its parse() refuses.`, {
    code: 'MASHUP_SOURCE_INVALID',
    hint: 'See what parse() threw; service and mashup must agree on the shape.',
    cause,
  });
}

export function sourceFailed(name: string, cause: unknown) {
  return new CompositionError(`The function of the source "${name}" failed.`, {
    code: 'MASHUP_SOURCE_FAILED',
    hint: 'See what it threw.',
    cause,
  });
}
