/** Readers of JSON from other teams: each gives a type, or throws a TypeError that names what does not fit. */

export type Fields = Readonly<Record<string, unknown>>;

export function readFields(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw unfit(what, 'an object', value);
}

export function readText(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value === 'string') return value;
  throw unfit(key, 'text', value);
}

/** Undefined when there is none. */
export function readOptionalText(fields: Fields, key: string): string | undefined {
  return fields[key] === undefined || fields[key] === null ? undefined : readText(fields, key);
}

export function readNumber(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value === 'number') return value;
  throw unfit(key, 'a number', value);
}

export function readList<T>(fields: Fields, key: string, read: (item: Fields) => T): T[] {
  const value = fields[key];
  if (!Array.isArray(value)) throw unfit(key, 'a list', value);
  return value.map((item, index) => read(readFields(item, `${key}[${index}]`)));
}

function unfit(what: string, wanted: string, value: unknown): TypeError {
  return new TypeError(`"${what}" should be ${wanted}, but is ${JSON.stringify(value)}.`);
}
