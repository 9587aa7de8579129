import { invalidOption } from '../errors.ts';
import { boolean, entries, list, section } from './option.ts';

/** The content security policy of pages. */
export interface CspConfig {
  /** Sends it as `content-security-policy-report-only`: browsers report and let everything through. Default false. */
  reportOnly?: boolean;
  /**
   * Asks for Trusted Types: text becomes HTML only by the policy `tessera` and those named here. By default it may by itself, as
   * many a widget needs it.
   */
  trustedTypes?: readonly string[];
  /** Directive → sources. Those of `script-src` are added to the composer's, others stand in for its own. */
  directives?: Readonly<Record<string, readonly string[]>>;
}

export interface CspOptions {
  readonly reportOnly: boolean;
  /** Undefined: Trusted Types are not asked for. */
  readonly trustedTypes: readonly string[] | undefined;
  readonly directives: ReadonlyMap<string, readonly string[]>;
}

/** They would let in what the hashes keep out. */
const REFUSED_DIRECTIVES = ['script-src-elem', 'default-src'];

/** Checks the option `csp`; undefined for `false`: pages have no policy. */
export function resolveCsp(value: unknown): CspOptions | undefined {
  if (value === false) return undefined;
  const o = section('csp', value ?? {}, ['reportOnly', 'trustedTypes', 'directives']);
  return Object.freeze({
    reportOnly: boolean('csp.reportOnly', o.reportOnly ?? false),
    trustedTypes:
      o.trustedTypes === undefined
        ? undefined
        : list('csp.trustedTypes', o.trustedTypes).map((name, i) =>
            matching(`csp.trustedTypes[${i}]`, name, /^[\w\-#=/@.%]+$/, 'the name of a policy'),
          ),
    directives: new Map(
      entries('csp.directives', o.directives).map(([name, sources]) => {
        const path = `csp.directives.${name}`;
        if (!/^[a-z]+(-[a-z]+)*$/.test(name) || REFUSED_DIRECTIVES.includes(name))
          throw invalidOption(path, 'a directive that leaves script-src in force', name);
        return [name, list(path, sources).map((source, i) => readSource(`${path}[${i}]`, source))];
      }),
    ),
  });
}

function readSource(path: string, value: unknown): string {
  const source = matching(path, value, /^[\x21-\x2b\x2d-\x3a\x3c-\x7e]+$/, 'one source');
  // What a late fragment brings would run: a trusted script puts it into the page.
  if (source.toLowerCase() === "'strict-dynamic'")
    throw invalidOption(path, "a source other than 'strict-dynamic'", value);
  return source;
}

function matching(path: string, value: unknown, pattern: RegExp, what: string): string {
  if (typeof value !== 'string' || !pattern.test(value)) throw invalidOption(path, what, value);
  return value;
}
