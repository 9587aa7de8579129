import type { Cart } from './cart.ts';

/** A problem that the service has explained; its message is for the visitor. */
export class CartProblem extends Error {}

/** How long the service may take, in milliseconds: less than the composer gives it, so that the visitor hears in time. */
const TIMEOUT_MS = 10_000;

/**
 * Posts a form's fields and answers with the cart as it is then; also when the page is left meanwhile. Rejects
 * within 10 s, with a CartProblem, or with whatever fetch fails with.
 */
export async function postForm(
  url: string,
  fields: Iterable<readonly [string, FormDataEntryValue]>,
  signal: AbortSignal,
): Promise<Cart> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams([...fields].map(([name, value]) => [name, String(value)])),
    keepalive: true,
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  if (response.ok) return response.json();
  const { message } = await response.json().catch(() => ({}));
  if (typeof message === 'string') throw new CartProblem(message);
  throw new Error(`The cart answered ${response.status}.`);
}

/** What the visitor reads when something failed. */
export function problemText(error: unknown): string {
  return error instanceof CartProblem
    ? error.message
    : 'That did not work. Please try again in a moment.';
}
