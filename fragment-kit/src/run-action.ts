import { resolveParams } from '@tessera/contract';
import type { Request, RequestHandler, Response } from 'express';
import { type MatchedAction, namedSpecs } from './actions.ts';
import type { Fragment } from './define.ts';
import { notFound } from './not-found.ts';
import type { AnyParams } from './param-types.ts';

/** The action among those whose path fits that also takes the method; GET actions take HEAD. */
export function actionFor(
  matches: readonly MatchedAction[],
  method: string,
): MatchedAction | undefined {
  return matches.find(
    ({ route }) => route.method === method || (route.method === 'GET' && method === 'HEAD'),
  );
}

/** Checks the params, reads the body and runs the action. */
export async function runAction(
  { params: specs = {} }: Fragment,
  { route, raw }: MatchedAction,
  { base, signal }: { readonly base: string; readonly signal: AbortSignal },
  bodyParsers: readonly RequestHandler[],
  request: Request,
  response: Response,
): Promise<void> {
  const resolved = resolveParams(namedSpecs(specs, route.pattern.names), raw);
  if (!resolved.ok) throw notFound(`The param "${resolved.param}" ${resolved.reason}.`);
  response.setHeader('cache-control', route.method === 'GET' ? 'private, no-cache' : 'no-store');
  for (const parse of bodyParsers) {
    await new Promise<void>((done, fail) => {
      parse(request, response, (error?: unknown) => (error ? fail(error) : done()));
    });
  }
  request.body ??= {};
  request.params = { ...raw };
  const params = resolved.params as AnyParams;
  await route.action(request, response, { params, base, signal });
}

/** Answers 405 with the methods that the path takes (RFC 9110 §15.5.6), or OPTIONS with 204. */
export function refuseMethod(
  matches: readonly MatchedAction[],
  request: Request,
  response: Response,
): void {
  const methods = matches.flatMap(({ route }) =>
    route.method === 'GET' ? ['GET', 'HEAD'] : [route.method],
  );
  const allow = [...new Set(methods)].join(', ');
  response.setHeader('allow', allow);
  if (request.method === 'OPTIONS') {
    response.status(204).end();
    return;
  }
  response
    .status(405)
    .json({ error: { code: 'METHOD_NOT_ALLOWED', message: `This path takes ${allow}.` } });
}
