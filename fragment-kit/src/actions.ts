import { matchPath, type ParamsSpec, type PathPattern, parsePathPattern } from '@tessera/contract';
import express, { type RequestHandler } from 'express';
import type { Action, Fragment } from './define.ts';
import { invalidFragment } from './errors.ts';
import type { AnyParams } from './param-types.ts';

/** One entry of `actions`, its key taken apart. */
export interface ActionRoute {
  readonly method: string;
  readonly pattern: PathPattern;
  readonly action: Action<AnyParams>;
}

/** An action that fits a path, with the path's raw params. */
export interface MatchedAction {
  readonly route: ActionRoute;
  readonly raw: Readonly<Record<string, string>>;
}

/** The path in `'POST :sku'`; a key without a method is a path alone. */
export function actionPath(key: string): string {
  return key.slice(key.indexOf(' ') + 1).replace(/^\//, '');
}

/** Reads the keys of `actions`; throws a CompositionError for one that is no method and path. */
export function readActions({ name, actions = {} }: Fragment): ActionRoute[] {
  return Object.entries(actions).map(([key, action]) => {
    const method = key.includes(' ') ? key.slice(0, key.indexOf(' ')) : 'GET';
    const pattern = parsePathPattern(actionPath(key));
    if (!/^(GET|POST|PUT|PATCH|DELETE)$/.test(method) || typeof pattern === 'string') {
      throw invalidFragment(name, 'actions', 'keyed by method and path, as in "POST :sku"', key);
    }
    return { method, pattern, action };
  });
}

/** Every action whose path fits, whatever its method, in the order they were declared. */
export function matchActions(routes: readonly ActionRoute[], path: string): MatchedAction[] {
  return routes.flatMap((route) => {
    const raw = matchPath(route.pattern, path);
    return raw ? [{ route, raw }] : [];
  });
}

/** The specs of those params that a pattern names. */
export function namedSpecs(specs: ParamsSpec, names: readonly string[]): ParamsSpec {
  return Object.fromEntries(Object.entries(specs).filter(([name]) => names.includes(name)));
}

/** Parsers of JSON and form bodies; anything else is left on the request as a stream. */
export function bodyParsers(maxBodyBytes: number): RequestHandler[] {
  return [
    express.json({ limit: maxBodyBytes }),
    express.urlencoded({ extended: false, limit: maxBodyBytes }),
  ];
}
