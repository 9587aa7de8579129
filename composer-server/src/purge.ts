import { isUtf8 } from 'node:buffer';
import { FRAGMENTS_PATH } from '@tessera/contract';
import { jsonAnswer, unauthorized } from './admin.ts';
import type { Purge } from './cache/memory-store.ts';
import { textAnswer } from './error-page.ts';
import type { PageRequest, PageResponse } from './page.ts';
import type { Site } from './site.ts';
import { readTarget } from './target.ts';
import type { Presented } from './token-check.ts';

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_NAMES = 10_000;

/**
 * `POST /_tessera/purge`: drops what `{ "urls": [], "groups": [], "fragments": [], "soft": true }` names, in every instance.
 * URLs are `/_fragments/<name>/<path>`, with all their variants. A fragment's `purgeToken` reaches its own entries only.
 * Answers `{ "dropped", "everywhere" }`: how many entries of this instance, and whether all instances were told.
 */
export async function answerPurge(
  site: Site,
  request: PageRequest,
): Promise<PageResponse | undefined> {
  const scope = scopeOf(site, request);
  if (scope === 'off') return undefined;
  if (typeof scope === 'object' && 'kind' in scope) return unauthorized(scope);
  if (request.method !== 'POST') return textAnswer(405, 'Only POST.', ['allow', 'POST']);
  const body = await readBytes(request);
  if (!body) return textAnswer(413, `The body is larger than ${MAX_BODY_BYTES} bytes.`);
  const purge = readPurge(body, site);
  if (typeof purge === 'string') return textAnswer(400, purge);
  const result = await site.cache.purge(
    scope === 'all' ? purge : { ...purge, within: scope.within },
  );
  return jsonAnswer(result);
}

/** What the request's token reaches: everything, one fragment, or nothing. */
function scopeOf(
  { options, tokens }: Site,
  request: PageRequest,
): 'off' | 'all' | { within: string } | Exclude<Presented, { kind: 'right' }> {
  if (options.development) return 'all';
  const { adminToken } = options;
  const teams = [...options.fragments.values()].filter(
    ({ purgeToken }) => purgeToken !== undefined,
  );
  const all = [adminToken, ...teams.map(({ purgeToken }) => purgeToken)];
  const known = all.filter((token) => token !== undefined);
  if (known.length === 0) return 'off';
  const presented = tokens.present(request, known);
  if (presented.kind !== 'right') return presented;
  if (presented.token === adminToken) return 'all';
  const team = teams.find(({ purgeToken }) => purgeToken === presented.token);
  return team ? { within: team.name } : { kind: 'wrong' };
}

async function readBytes(request: PageRequest): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request.body().iterator({ destroyOnReturn: false })) {
    size += piece.length;
    if (size > MAX_BODY_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** What a body asks for, or what is wrong with it. */
function readPurge(body: Buffer, site: Site): Purge | string {
  const json = isUtf8(body) ? parse(body.toString('utf8')) : undefined;
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    return 'The body must be a JSON object.';
  const { urls, groups, fragments, soft = false, ...rest } = json as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined)
    return `"${unknown}" is unknown; known: urls, groups, fragments, soft.`;
  if (typeof soft !== 'boolean') return '"soft" must be true or false.';
  const lists = { urls: texts(urls), groups: texts(groups), fragments: texts(fragments) };
  for (const [name, list] of Object.entries(lists))
    if (!list) return `"${name}" must be a list of at most ${MAX_NAMES} texts.`;
  const { groups: labels = [], fragments: names = [] } = lists;
  const atServices = (lists.urls ?? []).map((url) => serviceUrl(url, site));
  const wrong = atServices.indexOf(undefined);
  if (wrong >= 0)
    return `"${lists.urls?.[wrong]}" must be ${FRAGMENTS_PATH}<name>/<path> of a fragment.`;
  const stranger = names.find((name) => !site.options.fragments.has(name));
  if (stranger !== undefined) return `There is no fragment "${stranger}".`;
  if (atServices.length + labels.length + names.length === 0)
    return 'Name at least one of urls, groups, fragments.';
  return { urls: atServices.flatMap((url) => url ?? []), groups: labels, fragments: names, soft };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function texts(value: unknown = []): string[] | undefined {
  const are =
    Array.isArray(value) &&
    value.length <= MAX_NAMES &&
    value.every((one) => typeof one === 'string' && one !== '');
  return are ? value : undefined;
}

/** `/_fragments/<name>/<path>` as the cache knows it; also with the site's own origin before it. */
function serviceUrl(url: string, { options }: Site): string | undefined {
  const path =
    options.publicOrigin && url.startsWith(options.publicOrigin + FRAGMENTS_PATH)
      ? url.slice(options.publicOrigin.length)
      : url;
  const target = readTarget(path);
  const [, name = '', rest = ''] = /^\/_fragments\/([^/]+)\/(.*)$/.exec(target?.path ?? '') ?? [];
  const base = options.fragments.get(name)?.base;
  if (!base || !target) return undefined;
  return new URL(base.href + rest + target.search).href;
}
