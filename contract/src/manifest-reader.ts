import { isDotSegment, type PathPattern, parsePathPattern } from './path-pattern.ts';

/** One mistake in a manifest: where, what it must be, what it is. */
export interface ManifestProblem {
  /** The key's path, for example `remote.mount`. */
  readonly path: string;
  readonly expected: string;
  readonly got: unknown;
}

/** Reads one object of a manifest, of unknown shape, and notes what is wrong with it. */
export class ManifestReader {
  readonly #path: string;
  readonly #object: Record<string, unknown>;
  readonly #problems: ManifestProblem[];
  readonly #base: string;

  constructor(path: string, value: unknown, problems: ManifestProblem[], base: string) {
    this.#path = path;
    this.#base = base;
    this.#problems = problems;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject && value !== undefined)
      problems.push({ path: path || '(root)', expected: 'an object', got: value });
    if (!path && value === undefined)
      problems.push({ path: '(root)', expected: 'an object', got: value });
    this.#object = isObject ? (value as Record<string, unknown>) : {};
  }

  at(key: string): unknown {
    return Object.hasOwn(this.#object, key) ? this.#object[key] : undefined;
  }

  keys(): string[] {
    return Object.keys(this.#object);
  }

  problem(key: string, expected: string, got: unknown): void {
    this.#problems.push({ path: this.#path ? `${this.#path}.${key}` : key, expected, got });
  }

  only(known: string): void {
    const names = known.split(' ');
    for (const key of this.keys()) {
      if (!names.includes(key) && !key.startsWith('x-'))
        this.problem(key, `one of ${names.join(', ')}`, key);
    }
  }

  check(key: string, fits: (value: unknown) => boolean, expected: string): void {
    if (!fits(this.at(key))) this.problem(key, expected, this.at(key));
  }

  object(key: string): ManifestReader {
    const path = this.#path ? `${this.#path}.${key}` : key;
    return new ManifestReader(path, this.at(key) ?? {}, this.#problems, this.#base);
  }

  list(key: string): readonly unknown[] {
    const value = this.at(key) ?? [];
    if (Array.isArray(value)) return value;
    this.problem(key, 'a list', value);
    return [];
  }

  names(key: string, pattern: RegExp): string[] {
    return this.list(key).flatMap((value, i) => {
      if (typeof value === 'string' && pattern.test(value)) return [value];
      this.problem(`${key}[${i}]`, `text that matches ${pattern.source}`, value);
      return [];
    });
  }

  text(key: string, pattern: RegExp, expected: string): string | undefined {
    const value = this.at(key);
    if (typeof value === 'string' && pattern.test(value)) return value;
    this.problem(key, expected, value);
    return undefined;
  }

  optionalText(key: string): string | undefined {
    const value = this.at(key);
    if (value === undefined || typeof value === 'string') return value;
    this.problem(key, 'text', value);
    return undefined;
  }

  milliseconds(key: string): number | undefined {
    const value = this.at(key);
    if (value === undefined) return undefined;
    if (Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= 600_000)
      return value as number;
    this.problem(key, 'milliseconds, 1 to 600000', value);
    return undefined;
  }

  pattern(key: string, value: unknown, { query = true } = {}): PathPattern | undefined {
    if (value === undefined) return undefined;
    const path = this.#belowBase(value);
    if (path === undefined) {
      this.problem(key, 'a path below the fragment\'s base, for example ":sku"', value);
      return undefined;
    }
    const pattern = parsePathPattern(path);
    if (typeof pattern !== 'string' && (query || !pattern.query.length)) return pattern;
    const why = typeof pattern === 'string' ? pattern : 'has a query';
    this.problem(key, `a path pattern (it ${why})`, value);
    return undefined;
  }

  href(key: string, value: unknown): string | undefined {
    if (value === undefined) return undefined;
    const href = this.#belowBase(value);
    if (href) return href;
    this.problem(
      key,
      'a URL below the fragment\'s base, for example "assets/style-1a2b.css"',
      value,
    );
    return undefined;
  }

  /** The URL relative to the base, or undefined when it leads out of it (RFC 3986 §5.2). */
  #belowBase(value: unknown): string | undefined {
    if (typeof value !== 'string' || /[\\\s\0]/.test(value)) return undefined;
    let path = value.replace(/^\.\//, '');
    if (/^\/|^[a-z][a-z0-9+.-]*:\/\//i.test(value)) {
      const url = URL.canParse(value, this.#base) ? new URL(value, this.#base).href : '';
      if (!url.startsWith(this.#base)) return undefined;
      path = url.slice(this.#base.length);
    }
    return path.split(/[/?#]/).some(isDotSegment) ? undefined : path;
  }
}
