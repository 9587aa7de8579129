import { createHash, timingSafeEqual } from 'node:crypto';
import { textAnswer } from './error-page.ts';
import type { Metrics } from './metrics.ts';
import type { PageRequest, PageResponse } from './page.ts';
import type { Fragment, Registry } from './registry.ts';
import type { Site } from './site.ts';

/** Whether this request may see how the site is composed: with the admin token, or in development. */
export function isOperator(
  { headers }: PageRequest,
  { adminToken, development }: Site['options'],
): boolean {
  if (development) return true;
  if (adminToken === undefined) return false;
  return presents({ headers }, adminToken);
}

/** Whether the request carries this token (RFC 6750 §2.1). */
export function presents({ headers }: Pick<PageRequest, 'headers'>, token: string): boolean {
  const given = /^bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1];
  return given !== undefined && sameSecret(given, token);
}

/** Compares in a time that tells neither content nor length. */
function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
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
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return textAnswer(405, 'Only GET and HEAD.', ['allow', 'GET, HEAD']);
  const { open, respond } = answer;
  if (!open && !isOperator(request, site.options)) {
    if (site.options.adminToken === undefined) return undefined;
    return textAnswer(401, 'This needs the token.', ['www-authenticate', 'Bearer']);
  }
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
