import { type Fields, readFields, readNumber, readOptionalText } from './json.ts';

/** One product, as the composer's data page has put it together from several teams. A part that failed is undefined. */
export interface Summary {
  readonly name: string | undefined;
  readonly priceCents: number | undefined;
  /** Undefined when nobody rated it either. */
  readonly average: number | undefined;
  readonly ratings: number | undefined;
  readonly stock: number | undefined;
  /** How many things are recommended with it. */
  readonly related: number | undefined;
  /** What became of each part. */
  readonly parts: readonly SummaryPart[];
}

export interface SummaryPart {
  readonly name: string;
  readonly ok: boolean;
  /** When it was there, in milliseconds after the page was asked for. */
  readonly ms: number;
}

/** Reads `/api/summary/:sku`: `{ data, parts }`, with `null` for a part that could not be had. */
export function readSummary(json: unknown): Summary {
  const fields = readFields(json, 'summary');
  const data = readFields(fields.data, 'data');
  const price = optional(data, 'price');
  const rating = optional(data, 'rating');
  const stock = optional(data, 'stock');
  const related = optional(data, 'related');
  return {
    name: price && readOptionalText(price, 'name'),
    priceCents: price && readNumber(price, 'priceCents'),
    average: typeof rating?.average === 'number' ? rating.average : undefined,
    ratings: rating && readNumber(rating, 'count'),
    stock: stock && readNumber(stock, 'stock'),
    related: related && readNumber(related, 'count'),
    parts: Object.entries(readFields(fields.parts, 'parts')).map(([name, part]) => {
      const { state, ms } = readFields(part, name);
      return { name, ok: state === 'ready', ms: typeof ms === 'number' ? ms : 0 };
    }),
  };
}

function optional(data: Fields, key: string): Fields | undefined {
  return data[key] === null || data[key] === undefined ? undefined : readFields(data[key], key);
}
