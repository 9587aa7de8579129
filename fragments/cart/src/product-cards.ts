/** What the product team says about a product to those who sell it: its `api/:sku/card`. */
export interface ProductCard {
  readonly sku: string;
  readonly name: string;
  readonly priceCents: number;
  readonly stock: number;
  /** At least one; the first is shown first. `picture` is relative to the product team's base. */
  readonly colours: readonly {
    readonly id: string;
    readonly name: string;
    readonly picture: string;
  }[];
}

/** The card, or why there is none: no such product, or no answer in time. */
export type CardAnswer = ProductCard | 'unknown' | 'unavailable';

export interface ProductCards {
  /** Never rejects. */
  find(sku: string, signal: AbortSignal): Promise<CardAnswer>;
}

export interface ProductCardsOptions {
  /** How long the product team has, in milliseconds. Default 800. */
  readonly timeoutMs?: number;
  /** How long an answer is used again, in milliseconds. Default 10000, as the team itself allows. */
  readonly freshMs?: number;
  readonly now?: () => number;
}

/** Most answers that are kept; the oldest go first. */
const MAX_KEPT = 1000;

/** Asks the product service at `base`, its fragment's base URL. */
export function createProductCards(
  base: URL,
  { timeoutMs = 800, freshMs = 10_000, now = Date.now }: ProductCardsOptions = {},
): ProductCards {
  const kept = new Map<string, { answer: CardAnswer; at: number }>();

  async function ask(sku: string, signal: AbortSignal): Promise<CardAnswer> {
    try {
      const response = await fetch(new URL(`api/${encodeURIComponent(sku)}/card`, base), {
        headers: { accept: 'application/json' },
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      if (response.ok) return parseCard(await response.json()) ?? 'unavailable';
      await response.body?.cancel();
      return response.status === 404 ? 'unknown' : 'unavailable';
    } catch {
      return 'unavailable';
    }
  }

  return {
    async find(sku, signal) {
      const known = kept.get(sku);
      if (known && now() - known.at < freshMs) return known.answer;
      const answer = await ask(sku, signal);
      if (answer === 'unavailable') return answer;
      kept.delete(sku);
      kept.set(sku, { answer, at: now() });
      const [oldest] = kept.keys();
      if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
      return answer;
    },
  };
}

/** Undefined for JSON that is no card. */
function parseCard(json: unknown): ProductCard | undefined {
  const { sku, name, priceCents, stock, colours } = Object(json) as Record<string, unknown>;
  if (typeof sku !== 'string' || typeof name !== 'string') return undefined;
  if (!isCount(priceCents) || !isCount(stock) || !Array.isArray(colours)) return undefined;
  const parsed = colours.map((colour) => {
    const { id, name, picture } = Object(colour) as Record<string, unknown>;
    return { id: String(id), name: String(name), picture: String(picture) };
  });
  return parsed.length ? { sku, name, priceCents, stock, colours: parsed } : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
