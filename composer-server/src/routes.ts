import { matchPath, type PathPattern, type PatternSegment } from '@tessera/contract';

/** The params that a path carries, decoded, by name. */
export type RouteParams = Readonly<Record<string, string>>;

/** What a path leads to. */
export interface RouteMatch<T> {
  readonly target: T;
  readonly params: RouteParams;
}

/** Path (encoded, without query) → its route. Literal segments win over `:name`, `:name` over `*name`. */
export function createRouter<T extends { readonly pattern: PathPattern }>(
  targets: readonly T[],
): (path: string) => RouteMatch<T> | undefined {
  const sorted = [...targets].sort((a, b) =>
    compareSegments(a.pattern.segments, b.pattern.segments),
  );
  return (path) => {
    for (const target of sorted) {
      const params = matchPath(target.pattern, path);
      if (params) return { target, params };
    }
    return undefined;
  };
}

const rank = { literal: 0, param: 1, rest: 2 };

function compareSegments(a: readonly PatternSegment[], b: readonly PatternSegment[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = rank[a[i]?.kind ?? 'rest'] - rank[b[i]?.kind ?? 'rest'];
    if (difference) return difference;
  }
  return b.length - a.length;
}
