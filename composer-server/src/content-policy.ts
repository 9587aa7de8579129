import { createHash } from 'node:crypto';
import type { CspOptions } from './config/csp.ts';
import { PLACEMENT_SCRIPT } from './page/deferred.ts';
import type { Fragment } from './registry.ts';
import type { Template } from './template/template.ts';

/** What every page says besides its content security policy. */
const ALWAYS = [
  ...['cross-origin-opener-policy', 'same-origin-allow-popups'],
  ...['referrer-policy', 'strict-origin-when-cross-origin'],
  ...['x-content-type-options', 'nosniff'],
];

const DEFAULTS: readonly (readonly [string, readonly string[]])[] = [
  ['object-src', ["'none'"]],
  ['base-uri', ["'none'"]],
  ['frame-ancestors', ["'self'"]],
  ['form-action', ["'self'"]],
];

/** The source expression that allows an inline script by its text (CSP Level 3 §2.3.1). */
export function scriptHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** The headers that keep a page's scripts its own. All inline scripts of a page are known before a request: by their hashes. */
export class ContentPolicy {
  readonly #options: CspOptions | undefined;
  readonly #shellScripts: readonly string[];
  readonly #known = new WeakMap<Template, readonly string[]>();

  /** `shellScripts` are the texts of what the shell has in pages: import map, speculation rules; `options` undefined: no policy. */
  constructor(options: CspOptions | undefined, shellScripts: readonly string[]) {
    this.#options = options;
    this.#shellScripts = shellScripts;
  }

  /** The headers of a page, flat; `nonce` lets the scripts of trusted fragments run. */
  ofPage(
    template: Template,
    fragments: readonly Fragment[],
    nonce: string | undefined,
  ): readonly string[] {
    const known = nonce === undefined ? this.#known.get(template) : undefined;
    if (known) return known;
    const cdns = fragments.flatMap(({ options: { publicUrl } }) => publicUrl ?? []);
    const inline = [
      ...template.scripts,
      ...this.#shellScripts,
      ...(template.slots.some(({ deferredMs }) => deferredMs !== undefined)
        ? [PLACEMENT_SCRIPT]
        : []),
    ];
    const sources = [
      // Neither may stand in a source; the rest of a URL may.
      ...cdns.map((url) => url.replaceAll(';', '%3B').replaceAll(',', '%2C')),
      ...inline.map(scriptHash),
      ...(nonce === undefined ? [] : [`'nonce-${nonce}'`]),
    ];
    const headers = policyHeaders(this.#options, sources);
    if (nonce === undefined) this.#known.set(template, headers);
    return headers;
  }
}

/** The headers of a page of the site's own, such as an error page, with these inline scripts. */
export function ownPageHeaders(
  options: CspOptions | undefined,
  scripts: readonly string[],
): readonly string[] {
  return policyHeaders(options, scripts.map(scriptHash));
}

function policyHeaders(
  options: CspOptions | undefined,
  scriptSources: readonly string[],
): readonly string[] {
  if (!options) return ALWAYS;
  const { directives, reportOnly, trustedTypes } = options;
  const all = new Map<string, readonly string[]>([
    [
      'script-src',
      [...new Set(["'self'", ...scriptSources, ...(directives.get('script-src') ?? [])])],
    ],
    ...DEFAULTS,
    ...(trustedTypes
      ? ([
          ['require-trusted-types-for', ["'script'"]],
          ['trusted-types', ['tessera', ...trustedTypes]],
        ] as const)
      : []),
    ...[...directives].filter(([name]) => name !== 'script-src'),
  ]);
  const name = `content-security-policy${reportOnly ? '-report-only' : ''}`;
  const value = [...all]
    .map(([directive, sources]) => [directive, ...sources].join(' '))
    .join('; ');
  return [name, value, ...ALWAYS];
}
