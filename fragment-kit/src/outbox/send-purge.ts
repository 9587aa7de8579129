/** The most that is read of an answer. */
const MAX_ANSWER_BYTES = 64 * 1024;

export interface PurgeRequest {
  readonly url: string;
  readonly token: string;
  /** JSON. */
  readonly body: string;
  /** Ends the request. */
  readonly signal: AbortSignal;
}

/**
 * Asks a composer to purge. Answers undefined when it has done so in all its instances, else why it counts as not done,
 * for a message. Never rejects.
 */
export async function sendPurge({
  url,
  token,
  body,
  signal,
}: PurgeRequest): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
      redirect: 'manual',
      signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return `it answered ${response.status}${REASONS[response.status] ?? ''}`;
    }
    const answer: unknown = JSON.parse(await readText(response));
    const everywhere = Object.getOwnPropertyDescriptor(Object(answer), 'everywhere')?.value;
    if (everywhere === true) return undefined;
    return everywhere === false
      ? 'it could not tell its other instances'
      : 'its answer is not that of a composer';
  } catch (error) {
    if (signal.aborted) return 'it did not answer in time';
    if (error instanceof SyntaxError) return 'its answer is not that of a composer';
    const { cause } = error instanceof Error ? error : {};
    return cause instanceof Error ? cause.message || String(cause.name) : String(error);
  }
}

const REASONS: Readonly<Record<number, string | undefined>> = {
  400: ', which refuses what is to be purged',
  401: ', which refuses the token',
  404: ', which has no token configured',
};

/** A bounded body as text. */
async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new SyntaxError('Too long.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
