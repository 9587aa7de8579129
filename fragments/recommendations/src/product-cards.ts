/** What is shown of a product: the part of the product team's `api/:sku/card` that is needed here. */
export interface ProductCard {
  readonly name: string;
  readonly priceCents: number;
  /** Relative to the product team's base. */
  readonly picture: string;
}

/** The card, or why there is none: no such product, or no answer in time. */
export type CardAnswer = ProductCard | 'unknown' | 'unavailable';

export interface ProductCards {
  /** Never rejects. While the product team does not answer, what it said before is used. */
  find(sku: string, signal: AbortSignal): Promise<CardAnswer>;
}

export interface ProductCardsOptions {
  /** How long the product team has, in milliseconds. Default 800. */
  readonly timeoutMs?: number;
  /** How long an answer is used without asking again, in milliseconds. Default 60000. */
  readonly freshMs?: number;
  readonly now?: () => number;
}

/** Asks the product service at `base`, its fragment's base URL, for the products that are in the team's own data. */
export function createProductCards(
  base: URL,
  { timeoutMs = 800, freshMs = 60_000, now = Date.now }: ProductCardsOptions = {},
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
      if (answer === 'unavailable') return known?.answer ?? answer;
      kept.set(sku, { answer, at: now() });
      return answer;
    },
  };
}

/** Undefined for JSON that is no card. */
function parseCard(json: unknown): ProductCard | undefined {
  const { name, priceCents, colours } = Object(json) as Record<string, unknown>;
  const [first] = Array.isArray(colours) ? colours : [];
  const { picture } = Object(first) as { picture?: unknown };
  if (typeof name !== 'string' || typeof priceCents !== 'number') return undefined;
  return typeof picture === 'string' ? { name, priceCents, picture } : undefined;
}
