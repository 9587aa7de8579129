import { invalidOption, unknownOption } from '../errors.ts';

/** The longest that anything is kept. */
export const A_YEAR_MS = 365 * 24 * 3600 * 1000;

// Checks of single options: the value when it fits, else OPTION_INVALID or OPTION_UNKNOWN with the option's path.

export function oneOf<T extends string>(path: string, value: unknown, known: readonly T[]): T {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) throw invalidOption(path, `one of ${known.join(', ')}`, value);
  return found;
}

export function section(
  path: string,
  value: unknown,
  known: readonly string[],
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidOption(path || '(the configuration)', 'an object', value);
  }
  for (const key of Object.keys(value)) {
    const at = path ? `${path}.${key}` : key;
    if (!known.includes(key)) throw unknownOption(at, known);
    if (value[key as keyof typeof value] === null)
      throw invalidOption(at, 'a value, or left out', null);
  }
  return value as Record<string, unknown>;
}

export function entries(path: string, value: unknown): [string, unknown][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidOption(path, 'an object', value);
  return Object.entries(value);
}

export function list(path: string, value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalidOption(path, 'a list', value);
  return value;
}

export function text(path: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw invalidOption(path, 'text', value);
  return value;
}

export function integer(path: string, value: unknown, min: number, max: number): number {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    throw invalidOption(path, `a whole number from ${min} to ${max}`, value);
  }
  return value as number;
}

/** Above 0, up to 1. */
export function ratio(path: string, value: unknown): number {
  if (typeof value !== 'number' || !(value > 0 && value <= 1))
    throw invalidOption(path, 'a number above 0, up to 1', value);
  return value;
}

export function boolean(path: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw invalidOption(path, 'true or false', value);
  return value;
}

export function origin(path: string, value: unknown): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  if (
    !url ||
    !/^https?:$/.test(url.protocol) ||
    url.origin !== String(value).replace(/\/$/, '').toLowerCase()
  ) {
    throw invalidOption(path, 'an origin such as "https://shop.example"', value);
  }
  return url.origin;
}

/** Undefined when left out. */
export function token(path: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  // Never show what it got: a wrong token is most likely half of a right one.
  if (typeof value !== 'string' || value.length < 16 || !/^[\x21-\x7e]+$/.test(value)) {
    throw invalidOption(path, 'at least 16 printable ASCII characters', '…');
  }
  return value;
}
