import { errors } from 'undici';

/** A service that did not go on within its time. */
export class IdleTimeout extends Error {
  constructor(timeoutMs: number) {
    super(`it did not go on within ${timeoutMs} ms`);
    this.name = 'IdleTimeout';
  }
}

/** An unasked flood of answers that come before the answer (1xx) ends the request. */
export class Informational {
  #count = 0;

  /** Notes one more; why there must be no more of them, once there are too many. */
  note(): Error | undefined {
    return ++this.#count > MAX_INFORMATIONAL
      ? new Error('it sends one informational answer after another')
      : undefined;
  }
}

const MAX_INFORMATIONAL = 16;

/** What an error of the client means; before an answer began, what is `reset` or `unreachable` may be sent once more. */
export function failureKind(
  error: Error,
  answerBegan: boolean,
): 'unreachable' | 'reset' | 'broken' {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (answerBegan) return 'broken';
  if (['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(code)) return 'reset';
  if (
    error instanceof errors.HTTPParserError ||
    // A status below 100.
    code === 'ERR_ASSERTION' ||
    code.startsWith('UND_ERR_HEADERS') ||
    code.startsWith('UND_ERR_RES')
  )
    return 'broken';
  return 'unreachable';
}

/** Whether a request failed before anything of an answer came, and not for want of time. */
export function isRepeatable(cause: Error, kind: string): boolean {
  const timedOut =
    cause instanceof IdleTimeout || ('code' in cause && cause.code === 'UND_ERR_CONNECT_TIMEOUT');
  return !timedOut && (kind === 'reset' || kind === 'unreachable');
}
