import { textAnswer } from './error-page.ts';
import type { Metrics } from './metrics.ts';
import type { PageRequest, PageResponse } from './page.ts';
import type { Fragment, Registry } from './registry.ts';
import type { Site } from './site.ts';
import type { Presented, TokenCheck } from './token-check.ts';

/** Whether this request may see how the site is composed: with the admin token, or in development. */
export function isOperator(
  request: PageRequest,
  { adminToken, development }: Site['options'],
  tokens: TokenCheck,
): boolean {
  return development || tokens.present(request, tokenList(adminToken)).kind === 'right';
}

function tokenList(token: string | undefined): string[] {
  return token === undefined ? [] : [token];
}

/** For a request that needs a token and has not shown it: 429 to who guesses, else 401. */
export function unauthorized(presented: Exclude<Presented, { kind: 'right' }>): PageResponse {
  return presented.kind === 'too-many'
    ? textAnswer(429, 'Too many wrong tokens.', ['retry-after', '60'])
    : textAnswer(401, 'This needs the token.', ['www-authenticate', 'Bearer']);
}

/**
 * The composer's own endpoints. Health and readiness are open to all and say no more than their status; metrics and
 * registry need the token, and without one in the configuration they do not exist. Undefined for any other path.
 */
export async function answerAdmin(
  site: Site,
  path: string,
  request: PageRequest,
  { metrics, draining }: { metrics: Metrics; draining: boolean },
): Promise<PageResponse | undefined> {
  const answer = endpoints[path];
  if (!answer) return undefined;
  const { open, respond } = answer;
  const { adminToken, development } = site.options;
  if (!open && !development) {
    if (adminToken === undefined) return undefined;
    const presented = site.tokens.present(request, [adminToken]);
    if (presented.kind !== 'right') return unauthorized(presented);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return textAnswer(405, 'Only GET and HEAD.', ['allow', 'GET, HEAD']);
  return respond(site, metrics, draining);
}

interface Endpoint {
  readonly open: boolean;
  respond(site: Site, metrics: Metrics, draining: boolean): PageResponse | Promise<PageResponse>;
}

const endpoints: Readonly<Record<string, Endpoint | undefined>> = {
  '/_tessera/health': { open: true, respond: () => textAnswer(200, 'ok') },
  '/_tessera/ready': {
    open: true,
    respond: (_, __, draining) =>
      draining ? textAnswer(503, 'draining') : textAnswer(200, 'ready'),
  },
  '/_tessera/metrics': {
    open: false,
    respond: async (_, metrics) => {
      const { type, text } = await metrics.expose();
      return answer(type, text);
    },
  },
  '/_tessera/registry': {
    open: false,
    respond: ({ registry }) =>
      jsonAnswer({ fragments: [...registry.all()].map((one) => describe(one, registry)) }),
  },
};

function describe({ options, manifest, guard, fallback }: Fragment, registry: Registry) {
  const problem = registry.problemOf(options.name);
  return {
    name: options.name,
    base: options.base.href,
    state: manifest ? 'known' : 'absent',
    ...(manifest ? { team: manifest.team, version: manifest.version } : {}),
    ...(problem ? { problem } : {}),
    fallback: fallback !== undefined,
    active: guard.active,
    queued: guard.queued,
    breaker: describeBreaker(guard),
    refused: { breaker: guard.counts.open, queue: guard.counts.full },
    retries: { sent: guard.counts.retried, withoutBudget: guard.counts.withoutBudget },
  };
}

function describeBreaker({ breaker }: Fragment['guard']) {
  if (!breaker) return { state: 'off' };
  const { state, recent, opened, openForMs } = breaker;
  return {
    state,
    ...recent,
    opened,
    ...(state === 'open' && { openForMs: Math.round(openForMs) }),
  };
}

/** JSON that no cache keeps. */
export function jsonAnswer(value: unknown): PageResponse {
  return answer('application/json; charset=utf-8', `${JSON.stringify(value, undefined, 2)}\n`);
}

function answer(type: string, text: string): PageResponse {
  return {
    status: 200,
    headers: [
      'content-type',
      type,
      'cache-control',
      'no-store',
      'x-content-type-options',
      'nosniff',
    ],
    body: Buffer.from(text),
  };
}
