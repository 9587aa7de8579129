import { type FragmentManifest, parseManifest } from '@tessera/contract';
import { actionPath } from './actions.ts';
import type { Fragment } from './define.ts';
import { invalidFragment, invalidManifest } from './errors.ts';
import type { FragmentFiles } from './fragment-files.ts';

/** The manifest as it is served, and as the composer will read it. */
export interface ServedManifest {
  readonly json: string;
  readonly parsed: FragmentManifest;
}

/** Builds a fragment's manifest and checks it with the composer's own parser; throws a CompositionError with every mistake. */
export function buildManifest(fragment: Fragment, files: FragmentFiles): ServedManifest {
  const { name, version, team, content, params, timeoutMs, actionTimeoutMs } = fragment;
  const { forward, setCookies, cors, fallback } = fragment;
  const remote = manifestRemote(fragment, files);
  const json = JSON.stringify({
    protocol: 1,
    name,
    version,
    team,
    content,
    fallback: fallback && 'fallback',
    actions: actionPaths(fragment),
    params,
    timeoutMs,
    actionTimeoutMs,
    forward,
    setCookies,
    cors,
    assets: [
      ...[...files.styles.keys()].map((file) => `assets/${file}`),
      ...(remote?.closure.css ?? []),
    ].map((href) => ({ rel: 'stylesheet', href })),
    remote,
  });
  const result = parseManifest(JSON.parse(json), name);
  if (!result.ok) throw invalidManifest(name, result.problems);
  return { json, parsed: result.manifest };
}

/** Paths below `assets/` are public anyway, so the manifest need not name them. */
function actionPaths({ actions = {} }: Fragment): string[] {
  const paths = Object.keys(actions).map(actionPath);
  return [...new Set(paths)].filter((path) => !path.startsWith('assets/'));
}

function manifestRemote({ name, remote }: Fragment, files: FragmentFiles) {
  if (!remote || !files.remote) return undefined;
  const { module = './widget', mount, timeoutMs } = remote;
  const { type, entry, shared, modules } = files.remote;
  const closure = modules[module];
  if (!closure) {
    throw invalidFragment(name, 'remote.module', `one of ${Object.keys(modules)}`, module);
  }
  return { type, entry, module, mount, timeoutMs, closure, shared };
}
