import type { ParamSpec, ParamsSpec } from '@tessera/contract';

/** The TypeScript type of one declared param. */
export type ParamValue<S extends ParamSpec> = S['type'] extends 'integer'
  ? number
  : S['type'] extends 'boolean'
    ? boolean
    : string;

/** The names of the params in a path pattern: `'list/:id?page=:page'` gives `'id' | 'page'`. */
export type PatternNames<Path extends string> = string extends Path
  ? string
  : Path extends `${infer Head}${'?' | '&' | '/' | '='}${infer Tail}`
    ? PatternNames<Head> | PatternNames<Tail>
    : Path extends `${':' | '*'}${infer Name}`
      ? Name extends ''
        ? 'rest'
        : Name
      : never;

/** The names of those params that a pattern takes from its query: they are undefined when the URL lacks them. */
type QueryNames<Path extends string> = Path extends `${string}?${infer Query}`
  ? PatternNames<Query>
  : never;

/** Params whose pattern is not known to the compiler. */
export type AnyParams = Readonly<Record<string, string | number | boolean | undefined>>;

/** The declared names; none while the compiler still looks at specs in general. */
type KnownKeys<Specs> = string extends keyof Specs ? never : keyof Specs;

/** The params of a pattern: typed by their specs, else strings. */
export type PatternParams<Path extends string, Specs extends ParamsSpec> = string extends Path
  ? AnyParams
  : {
      readonly [Name in PatternNames<Path>]: Name extends KnownKeys<Specs>
        ? ParamValue<Specs[Name]>
        : Name extends QueryNames<Path>
          ? string | undefined
          : string;
    };
