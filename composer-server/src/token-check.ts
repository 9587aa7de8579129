import { createHash, timingSafeEqual } from 'node:crypto';
import type { PageRequest } from './page.ts';

/** What a request's token is: one of those asked for, another, none, or one of too many wrong ones. */
export type Presented =
  | { readonly kind: 'right'; readonly token: string }
  | { readonly kind: 'wrong' | 'none' | 'too-many' };

/** From one address, in a minute. */
const MAX_WRONG = 10;
const WINDOW_MS = 60_000;
/** Addresses that are remembered; the oldest are forgotten first. */
const MAX_ADDRESSES = 10_000;

/** Compares tokens in constant time, and stops comparing for an address that guesses. */
export class TokenCheck {
  readonly #now: () => number;
  readonly #wrong = new Map<string, { count: number; readonly since: number }>();

  /** `now` is a monotonic clock in milliseconds. */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** Looks for the request's bearer token (RFC 6750 §2.1) among these. After ten wrong ones in a minute no token is right. */
  present(
    { headers, address }: Pick<PageRequest, 'headers' | 'address'>,
    tokens: readonly string[],
  ): Presented {
    const given = /^bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1];
    if (given === undefined || tokens.length === 0) return { kind: 'none' };
    const from = networkOf(address);
    const known = this.#wrong.get(from);
    const recent = known && this.#now() - known.since < WINDOW_MS ? known : undefined;
    if (recent && recent.count >= MAX_WRONG) return { kind: 'too-many' };
    const token = tokens.filter((one) => sameSecret(given, one))[0];
    if (token !== undefined) return { kind: 'right', token };
    if (recent) recent.count++;
    else this.#remember(from);
    return { kind: 'wrong' };
  }

  #remember(from: string): void {
    this.#wrong.delete(from);
    this.#wrong.set(from, { count: 1, since: this.#now() });
    for (const oldest of this.#wrong.keys()) {
      if (this.#wrong.size <= MAX_ADDRESSES) return;
      this.#wrong.delete(oldest);
    }
  }
}

/** Who has one IPv6 address has the whole network around it. */
function networkOf(address: string): string {
  return address.includes(':') && !address.startsWith('::ffff:')
    ? address.split(':').slice(0, 4).join(':')
    : address;
}

/** Compares in a time that tells neither content nor length. */
function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
